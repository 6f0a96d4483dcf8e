"""Stack lookup by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from operate.errors import OperateError
from operate.target import LOCAL, DeadLetterQueue, Target, find

OUTPUTS = {
    "eventArchive": "arn:aws:events:eu-west-1:123456789012:archive/strata",
    "eventBus": "strata",
    "deadLetters": {"welcome": {"url": "https://dead", "kind": "queue", "to": "https://source"}},
    "logGroups": {"create": "/aws/lambda/create"},
}


def write_files(directory: Path, outputs: Any = None, process: Any = None) -> None:
    """Write the files of the embedded cloud."""
    for name, value in (("outputs.json", outputs), ("emulator.json", process)):
        if value is not None:
            (directory / name).write_text(value if isinstance(value, str) else json.dumps(value))


def pulumi(directory: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Make PATH contain only a `pulumi` command that runs a script."""
    command = directory / "pulumi"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o700)
    monkeypatch.setenv("PATH", str(directory))


def problem(stack: str, directory: Path) -> str:
    with pytest.raises(OperateError) as caught:
        find(stack, directory)
    return str(caught.value)


def test_local_stack_is_found_by_its_files(tmp_path: Path) -> None:
    """Outputs, port and region come from the files, not from the operator's AWS configuration."""
    write_files(tmp_path, OUTPUTS, {"pid": 1, "port": 4567, "started": "1", "since": 1.0})
    target = find(LOCAL, tmp_path)
    credentials = target.session.get_credentials()

    assert (target.endpoint, target.outputs) == ("http://127.0.0.1:4567", OUTPUTS)
    assert (target.session.region_name, credentials.access_key) == ("eu-west-1", "local")
    assert target.client("sqs") is target.client("sqs")


@pytest.mark.parametrize(
    ("outputs", "process", "expected"),
    [
        (None, None, "nothing is deployed on this machine: run make up"),
        (OUTPUTS, None, "the embedded cloud is not running: start it with make up"),
        (OUTPUTS, {"port": 4566}, "the embedded cloud is not running: start it with make up"),
        ("{", {"pid": 1, "port": 1}, "{directory}/outputs.json: invalid file: run make up"),
        (
            {},
            {"pid": 1, "port": 1},
            "stack local has no output eventArchive: deploy the current program",
        ),
    ],
    ids=["nothing", "never started", "stopped", "broken", "old"],
)
def test_missing_local_stack_is_an_error(tmp_path: Path, outputs: Any, process: Any, expected: str) -> None:
    """The error states what is missing and the command that fixes it."""
    write_files(tmp_path, outputs, process)

    assert problem(LOCAL, tmp_path) == expected.format(directory=tmp_path)


def test_outputs_of_other_stacks_come_from_pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CLI prints the stack's outputs, and the region is that of the stack's resources."""
    (tmp_path / "outputs").write_text(json.dumps(OUTPUTS))
    pulumi(tmp_path, monkeypatch, f'echo "$@" > "{tmp_path}/arguments"; /bin/cat "{tmp_path}/outputs"')
    target = find("dev", tmp_path)

    assert (target.outputs, target.endpoint, target.session.region_name) == (OUTPUTS, None, "eu-west-1")
    assert (tmp_path / "arguments").read_text().split() == [
        "stack", "output", "--json", "--non-interactive", "--stack", "dev",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo \"error: no stack named 'dev' found\" >&2; exit 255", "no stack named 'dev' found"),
        ("exit 1", "no output"),
        ("echo '[]'", "no output"),
    ],
    ids=["unknown", "silent", "not an object"],
)
def test_pulumi_error_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, expected: str
) -> None:
    """The last line of standard error is the reason."""
    pulumi(tmp_path, monkeypatch, script)

    assert problem("dev", tmp_path) == f"stack dev: pulumi stack output: {expected}"


def test_missing_pulumi_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error states that the CLI is required and where to get it."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert problem("dev", tmp_path) == (
        "stack dev: the Pulumi CLI, which reads the stack's outputs, is not on PATH: "
        "install it (https://www.pulumi.com/docs/iac/download-install/)"
    )


def test_outputs_are_validated() -> None:
    """A missing or invalid output is an error that names it."""
    target = Target("dev", {**OUTPUTS, "logGroups": ["a"]}, session=None)

    assert target.dead_letters == {"welcome": DeadLetterQueue("https://dead", "queue", "https://source")}
    with pytest.raises(OperateError, match=r"^stack dev, output logGroups: Expected `object`, got `array`"):
        _ = target.log_groups
    with pytest.raises(
        OperateError, match=r"^stack dev has no output partnersTable: deploy the current program$"
    ):
        _ = target.partners_table
