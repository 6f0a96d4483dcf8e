"""The command line: what each command takes, checked before anything is asked of AWS."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from handlers.events.catalogue import CATALOGUE
from operate import commands, moments, redrive
from operate.target import LOCAL

Add = Callable[..., argparse.ArgumentParser]


def parser() -> argparse.ArgumentParser:
    """All commands; what is parsed has `run`, the function that does it."""
    root = argparse.ArgumentParser(
        prog="python -m operate", description="Strata's stacks, by their operator."
    )
    _common(root, LOCAL, as_json=False)
    rooms = root.add_subparsers(required=True, metavar="COMMAND")
    _events(_room(rooms, "events", "the event bus: look on, put, repeat"))
    _dead_letters(_room(rooms, "dlq", "dead letters: count, look at, send again"))
    _trace(rooms.add_parser)
    _partners(_room(rooms, "partners", "partners' keys"))
    _webhooks(_room(rooms, "webhooks", "what webhooks are signed with"))
    return root


def _events(add: Add) -> None:
    tailing = _add(add, "tail", commands.tail_events)
    tailing.add_argument("--pattern", type=_checked(_pattern), metavar="JSON", help="an EventBridge pattern")
    tailing.add_argument(
        "--type", action="append", choices=CATALOGUE, metavar="TYPE", help="such events alone"
    )
    tailing.add_argument(
        "--for", dest="seconds", type=_checked(_positive), metavar="SECONDS", help="then end"
    )

    putting = _add(add, "put", commands.put_event)
    putting.add_argument("type", metavar="TYPE", help=f"one of {', '.join(CATALOGUE)}")
    putting.add_argument("data", type=_checked(_data), metavar="DATA", help="JSON, @file, or - for stdin")
    putting.add_argument("--source", help="who says so; needed where a type has many sources")
    putting.add_argument("--id", dest="event_id", metavar="ID", help="the event's id (default: a new one)")
    putting.add_argument("--correlation-id", metavar="ID", help="the request's id (default: a new one)")

    repeating = _add(add, "replay", commands.replay_events)
    moment = _checked(moments.past)
    repeating.add_argument(
        "--from", dest="start", type=moment, required=True, metavar="T", help="RFC 3339, or 2h"
    )
    repeating.add_argument(
        "--to", dest="end", type=moment, metavar="T", help="RFC 3339, or 15m (default: now)"
    )
    repeating.add_argument(
        "--subscription", nargs="+", default=[], metavar="NAME", help="for these alone (default: for all)"
    )
    repeating.add_argument("--wait", action="store_true", help="until it has ended")


def _dead_letters(add: Add) -> None:
    _add(add, "list", commands.list_dead_letters)
    showing = _add(add, "show", commands.show_dead_letters)
    showing.add_argument("name", metavar="NAME", help="a queue, as dlq list names it")
    showing.add_argument("--limit", type=_checked(_number), default=10, metavar="N", help="(default: 10)")
    sending = _add(add, "redrive", commands.redrive_dead_letters)
    which = sending.add_mutually_exclusive_group(required=True)
    which.add_argument("name", nargs="?", metavar="NAME", help="a queue, as dlq list names it")
    which.add_argument("--all", action="store_true", help="every queue")
    sending.add_argument(
        "--limit",
        type=_checked(_number),
        default=redrive.MOST,
        metavar="N",
        help=f"messages of a queue at most (default: {redrive.MOST})",
    )


def _trace(add: Add) -> None:
    tracing = _add(add, "trace", commands.trace_request)
    tracing.add_argument(
        "correlation_id",
        type=_checked(_phrase),
        metavar="CORRELATION_ID",
        help="an answer's X-Correlation-Id",
    )
    tracing.add_argument(
        "--since",
        type=_checked(moments.past),
        default="24h",
        metavar="T",
        help="how far back: RFC 3339, or 2h (default: 24h)",
    )


def _partners(add: Add) -> None:
    _add(add, "list", commands.list_keys)
    _add(add, "add", commands.add_key).add_argument("name", metavar="NAME", help="the partner")
    rotating = _add(add, "rotate", commands.rotate_key)
    rotating.add_argument("name", metavar="NAME", help="the partner")
    rotating.add_argument(
        "--keep",
        type=_checked(moments.span),
        default="7d",
        metavar="TIME",
        help="how long the key before counts on (default: 7d)",
    )
    revoking = _add(add, "revoke", commands.revoke_key)
    revoking.add_argument("name", metavar="NAME", help="the partner")
    revoking.add_argument("key_id", metavar="KEY_ID", help="as partners list names it")


def _webhooks(add: Add) -> None:
    _add(add, "secret", commands.replace_webhook_secret)


def _room(rooms: Any, name: str, text: str) -> Add:
    room: argparse.ArgumentParser = rooms.add_parser(name, help=text, description=f"{text.capitalize()}.")
    return room.add_subparsers(required=True, metavar="COMMAND").add_parser


def _add(add: Add, name: str, command: commands.Command) -> argparse.ArgumentParser:
    text = (command.__doc__ or "").rstrip(".")
    made = add(name, help=text[:1].lower() + text[1:], description=command.__doc__)
    # Here too, where a person adds them last; what is not given here leaves what was given before.
    _common(made, argparse.SUPPRESS, as_json=argparse.SUPPRESS)
    made.set_defaults(run=command)
    return made


def _common(made: argparse.ArgumentParser, stack: str, *, as_json: bool | str) -> None:
    made.add_argument("--stack", default=stack, help=f"which stack (default: {LOCAL})")
    made.add_argument("--json", action="store_true", default=as_json, help="for programs instead of people")


def _checked[Value](read: Callable[[str], Value]) -> Callable[[str], Value]:
    """Have argparse say what was expected, where reading says it."""

    def reading(text: str) -> Value:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return reading


def _pattern(text: str) -> dict[str, Any]:
    pattern = _json(text)
    if not isinstance(pattern, dict) or not pattern:
        raise ValueError(f"{text!r}: expected a JSON object with at least one key")
    return cast("dict[str, Any]", pattern)


def _data(text: str) -> Any:
    """JSON as it stands, of a file where it begins with @, of standard input where it is a hyphen."""
    if text == "-":
        return _json(sys.stdin.read())
    if not text.startswith("@"):
        return _json(text)
    try:
        return _json(Path(text[1:]).read_text())
    except OSError as error:
        raise ValueError(f"{text[1:]}: {error.strerror}") from error


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON: {error}") from error
    except RecursionError:
        raise ValueError("JSON that is nested too deeply") from None


def _positive(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e6:
        raise ValueError(f"{text!r}: expected a number of seconds above 0")
    return seconds


def _number(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 0 < number <= redrive.MOST:
        raise ValueError(f"{text!r}: expected a number between 1 and {redrive.MOST}")
    return number


def _phrase(text: str) -> str:
    if not text.isprintable() or not text.strip() or set(text) & {'"', "\\"}:
        raise ValueError(f"{text!r}: expected the X-Correlation-Id of an answer")
    return text
