"""The command line: commands, options, and their validation before any call to AWS."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn, cast, override

from handlers.events.catalogue import CATALOGUE
from operate import commands, redrive, results
from operate.target import LOCAL
from operate.text import line
from operate.times import parse_duration, parse_past_time

HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
MAX_HOST = 253
"""The form of a host name (RFC 1123) as browsers send it, and its maximum number of characters."""

AddParser = Callable[..., argparse.ArgumentParser]


class Parser(argparse.ArgumentParser):
    """A parser whose errors repeat an argument safely, however long it is."""

    @override
    def error(self, message: str) -> NoReturn:
        """Print the usage and one line, and exit with status 2."""
        super().error(line(message))


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse a command line, `sys.argv` by default; see `parser`.

    Every argument must be text: Python passes bytes that are not UTF-8 as lone surrogates.
    """
    root = parser()
    given = sys.argv[1:] if arguments is None else arguments
    for argument in given:
        if not _is_text(argument):
            root.error(f"{argument!r}: expected text in UTF-8")
    return root.parse_args(given)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands.

    The parsed namespace has `run`, the command's function, and `result`, the type of its JSON output.
    """
    root = Parser(prog="python -m operate", description="Operate a Strata stack.")
    _common_options(root, LOCAL, as_json=False)
    groups = root.add_subparsers(required=True, metavar="COMMAND")
    _events(_group(groups, "events", "watch, put and replay events of the event bus"))
    _dead_letters(_group(groups, "dlq", "list, show and redrive dead-lettered messages"))
    _trace(groups.add_parser)
    _partners(_group(groups, "partners", "manage partner keys"))
    _webhooks(_group(groups, "webhooks", "manage the webhook signing secret"))
    _releases(_group(groups, "releases", "list the releases of the app, make one live, preview one"))
    return root


def _events(add: AddParser) -> None:
    _tail(add)
    _put(add)
    _replay(add)


def _tail(add: AddParser) -> None:
    tail = _add(add, "tail", commands.tail_events, Iterator[results.Event])
    tail.add_argument("--pattern", type=_checked(_pattern), metavar="JSON", help="an event pattern")
    tail.add_argument(
        "--type",
        action="append",
        choices=CATALOGUE,
        metavar="TYPE",
        help="print only events of this type; repeatable",
    )
    tail.add_argument(
        "--for", dest="seconds", type=_checked(_positive), metavar="SECONDS", help="stop after this time"
    )


def _put(add: AddParser) -> None:
    put = _add(add, "put", commands.put_event, results.EventIds)
    put.add_argument("type", metavar="TYPE", help=f"one of {', '.join(CATALOGUE)}")
    put.add_argument("data", type=_checked(_data), metavar="DATA", help="JSON, @file, or - for stdin")
    put.add_argument("--source", help="the event source; required for a type with several sources")
    put.add_argument(
        "--id", dest="event_id", type=_checked(_id), metavar="ID", help="the event id (default: generated)"
    )
    put.add_argument(
        "--correlation-id", type=_checked(_id), metavar="ID", help="the correlation id (default: generated)"
    )


def _replay(add: AddParser) -> None:
    replay = _add(add, "replay", commands.replay_events, results.Replay)
    time = _checked(parse_past_time)
    replay.add_argument(
        "--from", dest="start", type=time, required=True, metavar="T", help="start: RFC 3339, or an age: 2h"
    )
    replay.add_argument(
        "--to", dest="end", type=time, metavar="T", help="end: RFC 3339, or an age: 15m (default: now)"
    )
    replay.add_argument(
        "--subscription", nargs="+", default=[], metavar="NAME", help="deliver only to these (default: all)"
    )
    replay.add_argument("--wait", action="store_true", help="wait until the replay is completed")


def _dead_letters(add: AddParser) -> None:
    _add(add, "list", commands.list_dead_letters, list[results.QueueDepth])
    show = _add(add, "show", commands.show_dead_letters, list[results.DeadMessage])
    show.add_argument("name", metavar="NAME", help="a queue name, as printed by dlq list")
    show.add_argument(
        "--limit",
        type=_checked(_number),
        default=10,
        metavar="N",
        help="maximum number of messages (default: 10)",
    )
    send = _add(add, "redrive", commands.redrive_dead_letters, list[results.Redrive])
    queue = send.add_mutually_exclusive_group(required=True)
    queue.add_argument("name", nargs="?", metavar="NAME", help="a queue name, as printed by dlq list")
    queue.add_argument("--all", action="store_true", help="redrive all queues")
    send.add_argument(
        "--limit",
        type=_checked(_number),
        default=redrive.MAX_MESSAGES,
        metavar="N",
        help=f"maximum number of messages per queue (default: {redrive.MAX_MESSAGES})",
    )


def _trace(add: AddParser) -> None:
    trace = _add(add, "trace", commands.trace_request, results.Trace)
    trace.add_argument(
        "correlation_id",
        type=_checked(_correlation_id),
        metavar="CORRELATION_ID",
        help="the X-Correlation-Id of a response",
    )
    trace.add_argument(
        "--since",
        type=_checked(parse_past_time),
        default="24h",
        metavar="T",
        help="start of the search: RFC 3339, or an age: 2h (default: 24h)",
    )


def _partners(add: AddParser) -> None:
    _add(add, "list", commands.list_keys, list[results.PartnerKey])
    create = _add(add, "add", commands.add_key, results.NewKey)
    create.add_argument("name", metavar="NAME", help="the partner's name")
    rotate = _add(add, "rotate", commands.rotate_key, results.NewKey)
    rotate.add_argument("name", metavar="NAME", help="the partner's name")
    rotate.add_argument(
        "--keep",
        type=_checked(parse_duration),
        default="7d",
        metavar="TIME",
        help="how long the previous key stays valid (default: 7d)",
    )
    revoke = _add(add, "revoke", commands.revoke_key, results.RevokedKey)
    revoke.add_argument("name", metavar="NAME", help="the partner's name")
    revoke.add_argument("key_id", metavar="KEY_ID", help="a key id, as printed by partners list")


def _webhooks(add: AddParser) -> None:
    _add(add, "secret", commands.replace_webhook_secret, results.SecretVersion)


def _releases(add: AddParser) -> None:
    _add(add, "list", commands.list_releases, list[results.Release])
    use = _add(add, "use", commands.use_release, results.Pointer)
    use.add_argument("id", metavar="ID", help="a release's id, as printed by releases list")
    preview = _add(add, "preview", commands.preview_release, results.Pointer)
    preview.add_argument("id", metavar="ID", nargs="?", help="a release's id, as printed by releases list")
    preview.add_argument(
        "host", metavar="HOST", nargs="?", type=_checked(_host), help="a host name of the distribution"
    )
    preview.add_argument(
        "--remove", metavar="HOST", type=_checked(_host), help="show the live release there again"
    )


def _group(groups: Any, name: str, text: str) -> AddParser:
    group: argparse.ArgumentParser = groups.add_parser(name, help=text, description=f"{text.capitalize()}.")
    return group.add_subparsers(required=True, metavar="COMMAND").add_parser


def _add(add: AddParser, name: str, command: commands.Command, result: Any) -> argparse.ArgumentParser:
    summary = (command.__doc__ or "").rstrip(".")
    parser = add(
        name,
        help=summary[:1].lower() + summary[1:],
        description=command.__doc__,
        epilog=f"--json prints {results.describe(result)}.",
    )
    # Also accepted after the command; SUPPRESS keeps a value that was given before the command.
    _common_options(parser, argparse.SUPPRESS, as_json=argparse.SUPPRESS)
    parser.set_defaults(run=command, result=result)
    return parser


def _common_options(parser: argparse.ArgumentParser, stack: str, *, as_json: bool | str) -> None:
    parser.add_argument("--stack", default=stack, help=f"the stack's name (default: {LOCAL})")
    parser.add_argument("--json", action="store_true", default=as_json, help="print JSON")


def _checked[Value](parse: Callable[[str], Value]) -> Callable[[str], Value]:
    """Convert a ValueError to the error whose message argparse prints."""

    def parse_argument(text: str) -> Value:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return parse_argument


def _pattern(text: str) -> dict[str, Any]:
    pattern = _json(text)
    if not isinstance(pattern, dict) or not pattern:
        raise ValueError(f"{text!r}: expected a JSON object with at least one key")
    return cast("dict[str, Any]", pattern)


def _data(text: str) -> Any:
    """Return the JSON in the argument, in a file after `@`, or on standard input for a hyphen."""
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
        value = json.loads(text, parse_constant=_not_json)
    except json.JSONDecodeError as error:
        raise ValueError(f"invalid JSON: {error}") from error
    except RecursionError:
        raise ValueError("invalid JSON: nested too deeply") from None
    if not _is_text(json.dumps(value, ensure_ascii=False)):
        raise ValueError("invalid JSON: a lone surrogate is not text")
    return value


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"invalid JSON: {constant} is not a JSON number")


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _id(text: str) -> str:
    if not re.fullmatch(r"[\x21-\x7e]{0,256}", text):
        raise ValueError(f"{text!r}: expected at most 256 printable ASCII characters without spaces")
    return text


def _positive(text: str) -> float:
    try:
        seconds = float(text) if re.fullmatch(r"[0-9.eE+-]+", text) else 0.0
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e6:
        raise ValueError(f"{text!r}: expected a number of seconds above 0")
    return seconds


def _number(text: str) -> int:
    number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
    if not 0 < number <= redrive.MAX_MESSAGES:
        raise ValueError(f"{text!r}: expected a number between 1 and {redrive.MAX_MESSAGES}")
    return number


def _host(text: str) -> str:
    if len(text) > MAX_HOST or not HOST.fullmatch(text):
        raise ValueError(f"{text!r}: expected a host name in lower case, such as preview.example.com")
    return text


def _correlation_id(text: str) -> str:
    if not text.isprintable() or not text.strip() or set(text) & {'"', "\\"}:
        raise ValueError(f"{text!r}: expected the X-Correlation-Id of a response")
    return text
