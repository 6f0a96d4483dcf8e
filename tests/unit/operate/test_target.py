"""Finding a stack by its outputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from operate.errors import OperateError
from operate.target import LOCAL, DeadLetters, Target, find

OUTPUTS = {
    "eventArchive": "arn:aws:events:eu-west-1:123456789012:archive/strata",
    "eventBus": "strata",
    "deadLetters": {"welcome": {"url": "https://dead", "kind": "queue", "to": "https://source"}},
    "logGroups": {"create": "/aws/lambda/create"},
}


def record(directory: Path, outputs: Any = None, process: Any = None) -> None:
    """Leave on file what the embedded cloud does."""
    for name, value in (("outputs.json", outputs), ("emulator.json", process)):
        if value is not None:
            (directory / name).write_text(value if isinstance(value, str) else json.dumps(value))


def pulumi(directory: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a pulumi on PATH that does this, and nothing else."""
    command = directory / "pulumi"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o700)
    monkeypatch.setenv("PATH", str(directory))


def problem(stack: str, directory: Path) -> str:
    with pytest.raises(OperateError) as caught:
        find(stack, directory)
    return str(caught.value)


def test_local_stack_is_found_by_what_stands_on_file(tmp_path: Path) -> None:
    """Its outputs, its port and its region: nothing of the person's own AWS setup."""
    record(tmp_path, OUTPUTS, {"pid": 1, "port": 4567, "started": "1", "since": 1.0})
    target = find(LOCAL, tmp_path)
    credentials = target.session.get_credentials()

    assert (target.endpoint, target.outputs) == ("http://127.0.0.1:4567", OUTPUTS)
    assert (target.session.region_name, credentials.access_key) == ("eu-west-1", "local")
    assert target.client("sqs") is target.client("sqs")


@pytest.mark.parametrize(
    ("outputs", "process", "told"),
    [
        (None, None, "nothing is deployed on this machine: run make up"),
        (OUTPUTS, None, "the embedded cloud does not run: start it with make up"),
        (OUTPUTS, {"port": 4566}, "the embedded cloud does not run: start it with make up"),
        ("{", {"pid": 1, "port": 1}, "{directory}/outputs.json: cannot be read: run make up"),
        (
            {},
            {"pid": 1, "port": 1},
            "stack local has no output eventArchive: deploy the program as it is now",
        ),
    ],
    ids=["nothing", "never ran", "stopped", "broken", "old"],
)
def test_local_stack_that_is_not_there_is_told(tmp_path: Path, outputs: Any, process: Any, told: str) -> None:
    """One line says what is missing and how it comes to be."""
    record(tmp_path, outputs, process)

    assert problem(LOCAL, tmp_path) == told.format(directory=tmp_path)


def test_other_stacks_outputs_come_from_pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CLI is asked for that stack, and AWS is spoken to in the region of the stack's own resources."""
    (tmp_path / "outputs").write_text(json.dumps(OUTPUTS))
    pulumi(tmp_path, monkeypatch, f'echo "$@" > "{tmp_path}/asked"; /bin/cat "{tmp_path}/outputs"')
    target = find("dev", tmp_path)

    assert (target.outputs, target.endpoint, target.session.region_name) == (OUTPUTS, None, "eu-west-1")
    assert (tmp_path / "asked").read_text().split() == [
        "stack", "output", "--json", "--non-interactive", "--stack", "dev",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo \"error: no stack named 'dev' found\" >&2; exit 255", "no stack named 'dev' found"),
        ("exit 1", "it said nothing"),
        ("echo '[]'", "it said nothing"),
    ],
    ids=["unknown", "silent", "no object"],
)
def test_what_pulumi_says_of_a_stack_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, told: str
) -> None:
    """Its last line is the reason, whatever it printed before."""
    pulumi(tmp_path, monkeypatch, script)

    assert problem("dev", tmp_path) == f"stack dev: pulumi stack output: {told}"


def test_missing_pulumi_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has no CLI learns that it is needed, and where it is."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert problem("dev", tmp_path) == (
        "stack dev: its outputs are read with the Pulumi CLI, and there is no pulumi on PATH: "
        "install it (https://www.pulumi.com/docs/iac/download-install/)"
    )


def test_outputs_are_typed() -> None:
    """A command gets what it works with, or one line that names the output."""
    target = Target("dev", {**OUTPUTS, "logGroups": ["a"]}, session=None)

    assert target.dead_letters == {"welcome": DeadLetters("https://dead", "queue", "https://source")}
    with pytest.raises(OperateError, match=r"^stack dev, output logGroups: Expected `object`, got `array`"):
        _ = target.log_groups
    with pytest.raises(
        OperateError, match=r"^stack dev has no output partnersTable: deploy the program as it is now$"
    ):
        _ = target.partners_table
