"""The command line: what it refuses, and how errors end."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from local.machine.ports import free_port
from operate import commands
from operate.arguments import parser
from operate.cli import main

OUTPUTS = {
    "eventArchive": "arn:aws:events:us-east-1:000000000000:archive/strata",
    "eventBus": "strata",
    "deadLetters": {},
    "logGroups": {},
    "partnersTable": "partners",
    "webhookSecret": "secret",
}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Where a stack is on record whose cloud does not answer."""
    (tmp_path / "outputs.json").write_text(json.dumps(OUTPUTS))
    (tmp_path / "emulator.json").write_text(json.dumps({"pid": 1, "port": free_port()}))
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["events", "tail", "--pattern", "[]"],
            "--pattern: '[]': expected a JSON object with at least one key",
        ),
        (["events", "tail", "--pattern", "{"], "--pattern: no JSON: Expecting property name enclosed in"),
        (["events", "tail", "--type", "user.gone"], "--type: invalid choice: 'user.gone' (choose from"),
        (["events", "tail", "--for", "0"], "--for: '0': expected a number of seconds above 0"),
        (["events", "tail", "--for", "nan"], "--for: 'nan': expected a number of seconds above 0"),
        (["events", "put", "user.created", "{'a'}"], "DATA: no JSON: "),
        (["events", "put", "user.created", "@nowhere.json"], "DATA: nowhere.json: No such file or directory"),
        (["events", "replay"], "the following arguments are required: --from"),
        (
            ["events", "replay", "--from", "2999-01-01T00:00:00Z"],
            "--from: '2999-01-01T00:00:00Z': lies in the",
        ),
        (["dlq", "redrive"], "one of the arguments NAME --all is required"),
        (["dlq", "show", "x", "--limit", "0"], "--limit: '0': expected a number between 1 and 10000"),
        (["trace", 'a" || "'], "CORRELATION_ID: 'a\" || \"': expected the X-Correlation-Id of an answer"),
        (
            ["partners", "rotate", "acme", "--keep", "long"],
            "--keep: 'long': expected a number with s, m, h or d",
        ),
        (["webhooks", "secret", "whsec_1"], "unrecognized arguments: whsec_1"),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_bad_argument_is_refused_before_any_stack_is_looked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    """Status 2, with what was expected; no stack is needed to learn of it."""
    with pytest.raises(SystemExit) as caught:
        main(arguments, tmp_path)

    assert caught.value.code == 2
    assert told in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["trace", "c-1"], ("local", False)),
        (["--stack", "dev", "--json", "trace", "c-1"], ("dev", True)),
        (["trace", "c-1", "--stack", "dev", "--json"], ("dev", True)),
        (["--stack", "prod", "trace", "c-1", "--stack", "dev"], ("dev", False)),
    ],
)
def test_stack_and_json_may_stand_before_or_after_the_command(
    arguments: list[str], expected: tuple[str, bool]
) -> None:
    """The later one counts; local and for people is what goes without saying."""
    given = parser().parse_args(arguments)

    assert (given.stack, given.json) == expected


@pytest.mark.parametrize(
    "arguments",
    [
        ["events", "tail", "--for", "1"],
        ["events", "put", "payment.failed", '{"paymentId": "p", "amount": 1, "currency": "EUR"}'],
        ["events", "replay", "--from", "1h"],
        ["partners", "list"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_cloud_that_does_not_answer_is_told(
    directory: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stopped emulator is one line, and no traceback."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)

    assert main(arguments, directory) == 1
    assert capsys.readouterr().err == "error: the embedded cloud does not answer: make up\n"


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (
            ClientError({"Error": {"Code": "AccessDenied", "Message": "not\nyou"}}, "StartReplay"),
            1,
            "error: StartReplay: AccessDenied: not you\n",
        ),
        (NoCredentialsError(), 1, "error: Unable to locate credentials\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
    ids=["refused", "no credentials", "Ctrl-C"],
)
def test_error_is_one_line(
    directory: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    told: str,
) -> None:
    """What AWS refuses is told with the operation and the reason."""

    def fail(target: object) -> None:
        raise error

    monkeypatch.setattr(commands.partners, "listed", fail)

    assert main(["partners", "list"], directory) == code
    assert capsys.readouterr().err == told


def test_every_command_is_explained() -> None:
    """The pages on operations and incidents name each command."""
    folder = Path(__file__).parents[3] / "docs"
    text = "".join((folder / page).read_text() for page in ("operations.md", "incidents.md"))

    assert [name for name in names(parser()) if f"operate {name}" not in text] == []


def names(of: argparse.ArgumentParser, prefix: str = "") -> Iterator[str]:
    """The words of every command below a parser."""
    rooms = [action for action in of._actions if isinstance(action, argparse._SubParsersAction)]
    if not rooms:
        yield prefix.strip()
    for room in rooms:
        for name, below in room.choices.items():
            yield from names(below, f"{prefix} {name}")
