"""The JSON output of every command: one document with the documented keys."""

from __future__ import annotations

import inspect
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from handlers.partners.keys import Key
from operate import commands, results
from operate.arguments import parser
from operate.cli import main
from operate.dead_letter_queues import DeadMessage, Depth
from operate.events import Replay
from operate.partners import PartnerKey
from operate.redrive import RedriveResult
from operate.releases import Pointer, Release
from operate.target import DeadLetterQueue, Subscriber
from operate.trace import Hop
from tests.unit.operate.commands import names

EVENT = {
    "version": "0",
    "id": "e-1",
    "detail-type": "payment.failed",
    "source": "webhook.stripe",
    "account": "000000000000",
    "time": "2026-01-31T09:30:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {"metadata": {"id": "e-1", "correlationId": "c-1"}, "data": {}},
}
REPLAYED = {**EVENT, "replay-name": "replay-1"}
PAYMENT = '{"paymentId": "p", "amount": 1, "currency": "EUR"}'
KEY = Key("acme", "0badcafe", "secret")
MESSAGE = DeadMessage("m-1", "r-1", "not JSON", 0, {})
RELEASE = Release("0123456789ab", datetime.now(UTC), complete=True, hosts=("default",), assets=2, size=1_234)
HOP = Hop(0.0, "create", "POST /users", "201", 40.0, failed=False, details={"status": 201})


@dataclass
class Stack:
    """A stack with one dead-letter queue, without a cloud."""

    dead_letters: dict[str, DeadLetterQueue] = field(
        default_factory=lambda: {"welcome": DeadLetterQueue("https://dead", "queue", "https://source")}
    )
    subscribers: list[Subscriber] = field(default_factory=list[Subscriber])
    publishers: list[str] = field(default_factory=list[str])


class Tail:
    """A tail of two events."""

    def read(self, seconds: float | None) -> Iterator[dict[str, Any]]:
        yield from (REPLAYED, REPLAYED)


@contextmanager
def tail(*_: object) -> Iterator[Tail]:
    yield Tail()


def returns(value: Any) -> Callable[..., Any]:
    """Return a function that accepts any arguments and returns one value."""
    return lambda *_: value


CASES: dict[str, list[str]] = {
    "events tail": [],
    "events put": ["payment.failed", PAYMENT],
    "events replay": ["--from", "1h"],
    "dlq list": [],
    "dlq show": ["welcome"],
    "dlq redrive": ["--all"],
    "trace": ["c-1"],
    "partners list": [],
    "partners add": ["acme"],
    "partners rotate": ["acme"],
    "partners revoke": ["acme", "0badcafe"],
    "webhooks secret": [],
    "releases list": [],
    "releases use": ["0123456789ab"],
    "releases preview": ["0123456789ab", "preview.example.com"],
}
"""The arguments of each command."""


@pytest.fixture(autouse=True)
def cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace every function that calls AWS."""
    functions = {
        (commands, "find"): Stack(),
        (commands, "tail"): tail,
        (commands.events, "put"): None,
        (commands.events, "replay"): Replay("replay-1", "STARTING"),
        (commands.dead_letter_queues, "read_depth"): Depth("welcome", "queue", 1, 0, 0, exact=True),
        (commands.dead_letter_queues, "peek"): [MESSAGE],
        (commands.redrive, "redrive"): RedriveResult("welcome", 1, Counter[str]()),
        (commands.trace, "trace"): [HOP],
        (commands.partners, "list_keys"): [PartnerKey("acme", "0badcafe", "2026", None, revoked=False)],
        (commands.partners, "add"): KEY,
        (commands.partners, "rotate"): KEY,
        (commands.partners, "revoke"): None,
        (commands.webhooks, "replace_secret"): "v-1",
        (commands.releases, "list_releases"): [RELEASE],
        (commands.releases, "use"): Pointer("default", RELEASE.id, "abcdef012345"),
    }
    for (module, name), value in functions.items():
        monkeypatch.setattr(module, name, value if callable(value) else returns(value))
    monkeypatch.setattr("sys.stdin", io.StringIO("whsec_1\n"))


def result_type(command: str) -> Any:
    """Return the documented type of a command's JSON output."""
    return parser().parse_args([*command.split(), *CASES[command]]).result


def test_every_command_has_a_case() -> None:
    """A new command needs a case here."""
    assert list(names(parser())) == list(CASES)


@pytest.mark.parametrize("command", CASES)
def test_json_output_has_the_documented_keys(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each command prints the keys of its type in `operate.results`, and nothing else, to standard output."""
    shape = result_type(command)
    code = main([*command.split(), *CASES[command], "--json"], tmp_path)
    printed = capsys.readouterr().out
    documents = printed.splitlines() if command == "events tail" else [printed]
    values = [json.loads(each) for each in documents]
    items = [item for value in values for item in (value if isinstance(value, list) else [value])]

    assert code == 0
    assert isinstance(values[0], list) == (getattr(shape, "__origin__", None) is list)
    assert items
    assert [list(item) for item in items] == [results.keys_of(shape)] * len(items)


@pytest.mark.parametrize("command", CASES)
def test_text_output_is_not_json(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without `--json` a command prints text for an operator."""
    code = main([*command.split(), *CASES[command]], tmp_path)
    printed = capsys.readouterr()

    assert code == 0
    assert printed.out or printed.err
    with pytest.raises(ValueError, match=r"Expecting value|Extra data"):
        json.loads(printed.out)


@pytest.mark.parametrize("command", CASES)
def test_help_lists_the_keys(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` names the form and the keys of the JSON output."""
    with pytest.raises(SystemExit):
        parser().parse_args([*command.split(), "--help"])
    printed = " ".join(capsys.readouterr().out.split())

    assert f"--json prints {results.describe(result_type(command))}." in printed


@pytest.mark.parametrize("command", [command for command in CASES if command != "events tail"])
def test_every_key_is_documented(command: str) -> None:
    """The type's docstring describes each key; EventBridge documents the keys of an event."""
    shape = result_type(command)
    documentation = inspect.getdoc((get_args(shape) or (shape,))[0]) or ""

    assert [key for key in results.keys_of(shape) if f"    {key}: " not in documentation] == []
