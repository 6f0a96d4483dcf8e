"""`make up` and its failures, with real processes."""

from __future__ import annotations

import json
import os
import socket
import threading

import pytest

from local.commands.cli import main
from local.deployment.deployment import Deployment
from local.machine.errors import LocalError
from local.machine.ports import free_port, is_taken
from tests.local.commands.bucket_program import URN, Ports, Program, distribution_id, health, kill, running


def test_up_deploys_and_prints_a_summary(
    deployment: Deployment, ports: Ports, program: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    """`up` returns when the API is healthy, writes the outputs, and prints a summary."""
    code = main(["up", *ports.options], deployment)
    printed = capsys.readouterr().out.splitlines()

    assert (code, health(ports.front_door)) == (0, 200)
    assert json.loads(deployment.outputs_file.read_text()) == {
        "distributionId": distribution_id(deployment.emulator.cloud, program.api_url),
        "nested": {"a": [1]},
    }
    assert program.urls == [f"http://localhost:{ports.front_door}"]
    assert printed[0] == "  create   things  aws:s3/bucket:Bucket  0.5 s"
    assert [line.split("  ")[0] for line in printed[1:] if not line.startswith(" ")] == [
        "resources", "app", "health", "OpenAPI", "users", "duration", "next",
    ]  # fmt: skip
    assert printed[1].split() == ["resources", "1", "created,", "0", "unchanged"]


def test_second_up_changes_nothing(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second `up` reports no changes, uses the same ports, and starts no process."""
    main(["up", *ports.options], deployment)
    before = running(deployment)
    capsys.readouterr()
    code = main(["up"], deployment)

    assert (code, running(deployment)) == (0, before)
    assert capsys.readouterr().out.splitlines()[0].split(maxsplit=1) == [
        "resources",
        "1 unchanged",
    ]


def test_up_prints_json(deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--json`, standard output is one JSON object, and the progress is on standard error."""
    code = main(["up", "--json", *ports.options], deployment)
    printed = capsys.readouterr()
    summary = json.loads(printed.out)
    (change,) = summary["resources"]["changes"]

    assert (code, summary["url"]) == (0, f"http://localhost:{ports.front_door}")
    assert summary["resources"]["counts"] == {
        "create": 1, "update": 0, "replace": 0, "delete": 0, "same": 0,
    }  # fmt: skip
    assert change == {"urn": URN, "kind": "create", "properties": [], "seconds": 0.5}
    assert [user["email"] for user in summary["users"]] == ["admin@example.com", "person@example.com"]
    assert summary["seconds"] > 0
    assert printed.err.splitlines() == ["  create   things  aws:s3/bucket:Bucket  0.5 s"]


def test_taken_port_is_an_error(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """If another program listens on the front door's port, `up` prints one line and starts nothing."""
    with socket.create_server(("127.0.0.1", ports.front_door)):
        code = main(["up", *ports.options], deployment)

    assert (code, running(deployment)) == (1, (None, None))
    assert capsys.readouterr().err == (
        f"error: the front door's port {ports.front_door} is in use by another program: "
        "stop that program, or choose another port with PORT=\n"
    )


def test_taken_cloud_port_is_an_error(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """If another program listens on the emulator's port, `up` prints one line and starts nothing."""
    with socket.create_server(("127.0.0.1", ports.cloud)):
        code = main(["up", *ports.options], deployment)

    assert (code, running(deployment)) == (1, (None, None))
    assert capsys.readouterr().err == (
        f"error: the emulator's port {ports.cloud} is in use by another program: "
        "stop that program, or choose another port with CLOUD_PORT=\n"
    )


def test_up_on_another_port_moves_the_front_door(deployment: Deployment, ports: Ports) -> None:
    """`up --port` moves the front door, keeps the emulator, and later `up` commands use the new port."""
    main(["up", *ports.options], deployment)
    emulator, _ = running(deployment)
    other = free_port()
    main(["up", "--port", str(other)], deployment)
    main(["up"], deployment)

    assert (is_taken(ports.front_door), health(other), running(deployment)[0]) == (False, 200, emulator)


def test_concurrent_up_is_an_error(
    deployment: Deployment, program: Program, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second `up` names the running one and exits."""
    applying, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        applying.set()
        go_on.wait(20)

    program.before_apply = wait
    first = threading.Thread(target=lambda: main(["up", *ports.options], deployment))
    first.start()
    applying.wait(20)
    code = main(["up"], deployment)
    refused = capsys.readouterr().err
    go_on.set()
    first.join()

    assert (code, refused) == (
        1,
        f"error: make up (process {os.getpid()}) is running: wait until it has finished\n",
    )
    assert health(ports.front_door) == 200


def test_failed_program_prints_its_error_and_can_be_repeated(
    deployment: Deployment, program: Program, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """The driver's error is printed unchanged, and the next `up` continues."""

    def fail() -> None:
        raise LocalError("users: the table is invalid")

    program.before_apply = fail
    code = main(["up", *ports.options], deployment)
    error = capsys.readouterr().err
    program.before_apply = lambda: None

    assert (code, error) == (1, "error: users: the table is invalid\n")
    assert main(["up"], deployment) == 0


def test_up_continues_after_an_interrupt(
    deployment: Deployment, program: Program, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C passes through with a hint, and the next `up` completes the deployment."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    program.before_apply = interrupt
    with pytest.raises(KeyboardInterrupt):
        main(["up", *ports.options], deployment)
    program.before_apply = lambda: None

    assert capsys.readouterr().err == (
        "interrupted: make up continues from here, make down stops the platform\n"
    )
    assert main(["up"], deployment) == 0


def test_exit_of_the_emulator_is_reported(
    deployment: Deployment, program: Program, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """If the emulator exits during a deployment, that is the error, not the failed connection."""

    def die() -> None:
        kill(deployment.emulator.process)
        raise ConnectionError("nothing there")

    program.before_apply = die
    code = main(["up", *ports.options], deployment)
    error = capsys.readouterr().err.splitlines()[0]
    program.before_apply = lambda: None

    assert (code, error) == (
        1,
        "error: the emulator has exited: run make up to restart it; its last log lines:",
    )
    assert (main(["up"], deployment), health(ports.front_door)) == (0, 200)


def test_up_restarts_killed_processes(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """After both processes were killed, `up` reports the lost data and creates all resources again."""
    main(["up", *ports.options], deployment)
    for process in running(deployment):
        kill(process)
    capsys.readouterr()
    code = main(["up"], deployment)
    printed = capsys.readouterr().out.splitlines()

    assert (code, health(ports.front_door)) == (0, 200)
    assert printed[:2] == [
        "the emulator was killed before it saved anything: all resources are created again",
        "  create   things  aws:s3/bucket:Bucket  0.5 s",
    ]


def test_equal_ports_are_an_error(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """The front door and the emulator cannot share a port, whether it is given or remembered."""
    twice = main(["up", "--port", str(ports.front_door), "--cloud-port", str(ports.front_door)], deployment)
    main(["up", *ports.options], deployment)
    before = running(deployment)
    codes = [twice, main(["up", "--port", str(ports.cloud)], deployment)]
    codes.append(main(["up", "--cloud-port", str(ports.front_door)], deployment))

    assert (codes, running(deployment)) == ([1, 1, 1], before)
    assert capsys.readouterr().err.splitlines() == [
        f"error: PORT and CLOUD_PORT are both {port}: expected two different ports"
        for port in (ports.front_door, ports.cloud, ports.front_door)
    ]
