"""`make token`, `make logs`, and invalid options."""

from __future__ import annotations

import json

import pytest

from local.commands.cli import main
from local.deployment import people
from local.deployment.deployment import Deployment
from tests.local.commands.bucket_program import Ports
from tests.local.commands.log_groups import write_log


@pytest.mark.parametrize("command", [["logs"], ["token"]])
def test_command_without_the_emulator_is_an_error(
    deployment: Deployment, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    """Commands that need the emulator print one line that states how to start it."""
    assert main(command, deployment) == 1
    assert capsys.readouterr().err == "error: the emulator is not running: run make up\n"


def test_token_before_a_deployment_is_an_error(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """`token` fails if only the emulator runs."""
    deployment.emulator.start(ports.cloud)

    assert main(["token"], deployment) == 1
    assert capsys.readouterr().err == "error: nothing is deployed yet: run make up\n"


@pytest.mark.parametrize("outputs", ["{", "[]"])
def test_invalid_outputs_are_an_error(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str], outputs: str
) -> None:
    """An invalid outputs file is named in the error."""
    deployment.emulator.start(ports.cloud)
    deployment.outputs_file.write_text(outputs)

    assert main(["token"], deployment) == 1
    assert capsys.readouterr().err == (
        f"error: {deployment.outputs_file}: is invalid: run make up to write it again\n"
    )


@pytest.mark.parametrize(("option", "name"), [("user", "person"), ("client", "reporting")])
def test_token_prints_json(
    deployment: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    ports: Ports,
    capsys: pytest.CaptureFixture[str],
    option: str,
    name: str,
) -> None:
    """With `--json`, `token` prints the token and the name of its subject."""
    deployment.emulator.start(ports.cloud)
    deployment.outputs_file.write_text("{}")
    monkeypatch.setattr(people, "token", lambda *_, user, client: f"token of {client or user}")

    assert main(["token", f"--{option}", name, "--json"], deployment) == 0
    assert json.loads(capsys.readouterr().out) == {option: name, "accessToken": f"token of {name}"}


def test_logs_print_json_lines(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """With `--json`, `logs` prints one JSON object for each entry."""
    deployment.emulator.start(ports.cloud)
    write_log(deployment.emulator.cloud, "strata-local-orders-0a1b2c3", '{"message": "created"}', "text")

    assert main(["logs", "--json"], deployment) == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {each.pop("time")[-6:] for each in printed} == {"+00:00"}
    assert printed == [
        {"function": "orders", "entry": {"message": "created"}},
        {"function": "orders", "entry": {"message": "text"}},
    ]


@pytest.mark.parametrize("minutes", ["-1", "9999999", "soon"])
def test_invalid_minutes_are_an_error(capsys: pytest.CaptureFixture[str], minutes: str) -> None:
    """The error states the option, the value and the expected range."""
    with pytest.raises(SystemExit) as caught:
        main(["logs", f"--minutes={minutes}"])

    assert caught.value.code == 2
    expected = f"argument --minutes: '{minutes}': expected a number between 0 and 527040"
    assert capsys.readouterr().err.splitlines()[-1].endswith(expected)


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_invalid_port_is_an_error(capsys: pytest.CaptureFixture[str], port: str) -> None:
    """The error states the option, the value and the expected range."""
    with pytest.raises(SystemExit) as caught:
        main(["up", f"--port={port}"])

    assert caught.value.code == 2
    expected = f"argument --port: '{port}': expected a port between 1 and 65535"
    assert capsys.readouterr().err.splitlines()[-1].endswith(expected)
