"""The commands: each runs one operation on a stack and prints the result."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import repeat
from pathlib import Path
from typing import Any

from handlers.partners import keys
from operate import dead_letter_queues, events, partners, redrive, releases, render, results, trace, webhooks
from operate.errors import OperateError, UsageError
from operate.expected import expected
from operate.tail import tail
from operate.target import DeadLetterQueue, Target, find
from operate.text import line
from operate.times import rfc3339

CONCURRENCY = 4

ALL_EVENTS = {"source": [{"prefix": ""}]}
"""The event pattern that matches every event."""


@dataclass
class Context:
    """The arguments of one command, and the stack that it targets.

    Attributes:
        arguments: the parsed command line.
        directory: the embedded cloud's directory.
    """

    arguments: argparse.Namespace
    directory: Path

    @cached_property
    def target(self) -> Target:
        """The stack, found on first use: invalid arguments are reported without a stack."""
        return find(self.arguments.stack, self.directory)

    @property
    def json(self) -> bool:
        """Whether to print JSON."""
        return self.arguments.json


Command = Callable[[Context], int]


def tail_events(context: Context) -> int:
    """Print events as they arrive, until Ctrl-C."""
    arguments = context.arguments
    pattern: Mapping[str, Any] = arguments.pattern or ({} if arguments.type else ALL_EVENTS)
    if arguments.type:
        pattern = {**pattern, "detail-type": arguments.type}
    with tail(context.target, pattern) as tailing:
        _note("listening for events; press Ctrl-C to stop")
        for event in tailing.read(arguments.seconds):
            render.show_line(event, render.event(event), as_json=context.json)
    return 0


def put_event(context: Context) -> int:
    """Put an event of the catalogue on the bus."""
    given = context.arguments
    event = events.document(given.type, given.data, given.source, given.event_id, given.correlation_id)
    events.put(context.target, event)
    ids = results.from_event(event)
    text = f"id              {ids['id']}\ncorrelation id  {ids['correlationId']}"
    render.show(ids, text, as_json=context.json)
    return 0


def replay_events(context: Context) -> int:
    """Replay archived events on the bus."""
    arguments = context.arguments
    end = arguments.end or datetime.now(UTC)
    replay = events.replay(context.target, arguments.start, end, arguments.subscription)
    _note_replay(replay)
    if arguments.wait:
        replay = events.wait(context.target, replay, _note_replay)
    elif not context.json:
        _note("the replay continues in the background; with --wait, the command waits for its end")
    render.show(results.from_replay(replay), "", as_json=context.json)
    return 0


def list_dead_letters(context: Context) -> int:
    """Print the number of messages in each dead-letter queue."""
    queues = context.target.dead_letters
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        depths = list(
            pool.map(dead_letter_queues.read_depth, repeat(context.target), queues, queues.values())
        )
    read_at = datetime.now(UTC)
    documents = [results.from_depth(each, read_at) for each in depths]
    render.show(documents, render.depths(depths), as_json=context.json)
    if not context.json:
        _note(f"as of {rfc3339(read_at)}; the numbers are approximate")
    return 0


def show_dead_letters(context: Context) -> int:
    """Print messages of a dead-letter queue without deleting them."""
    queue = _queue(context, context.arguments.name)
    found = dead_letter_queues.peek(context.target, queue, context.arguments.limit)
    render.show([results.from_message(each) for each in found], render.messages(found), as_json=context.json)
    if not context.json:
        _note(f"messages shown: {len(found)}" if found else "the queue is empty")
    return 0


def redrive_dead_letters(context: Context) -> int:
    """Send dead-lettered messages to their original destination."""
    given, target = context.arguments, context.target
    queues = target.dead_letters if given.all else {given.name: _queue(context, given.name)}
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        done = list(pool.map(redrive.redrive, repeat(target), queues, queues.values(), repeat(given.limit)))
    render.show([results.from_redrive(each) for each in done], render.redriven(done), as_json=context.json)
    if not context.json and any(each.sent for each in done):
        at = rfc3339(datetime.now(UTC))
        _note(f"sent by {at} and still to be handled: a message that fails again returns to its queue")
    return 1 if any(each.left for each in done) else 0


def trace_request(context: Context) -> int:
    """Print the steps of one request through functions, queues and pushes, and those expected to follow."""
    given = context.arguments
    target = context.target
    hops = trace.trace(target, given.correlation_id, given.since)
    read_at = datetime.now(UTC)
    steps = expected(hops, target.subscribers, target.publishers, read_at)
    document = results.from_trace(hops, steps, read_at)
    render.show(document, render.trace(hops, steps, read_at), as_json=context.json)
    if not hops:
        raise OperateError(
            f"no log entries for {given.correlation_id} since {rfc3339(given.since)} in stack {given.stack}: "
            "entries appear after some seconds; --since searches further back, --stack another stack"
        )
    return 0


def list_keys(context: Context) -> int:
    """Print the ids and states of all partner keys."""
    found = partners.list_keys(context.target)
    render.show(
        [results.from_partner_key(key) for key in found], render.partners(found), as_json=context.json
    )
    return 0


def add_key(context: Context) -> int:
    """Create and print the first key of a partner; it cannot be printed again."""
    return _show_key(context, partners.add(context.target, context.arguments.name))


def rotate_key(context: Context) -> int:
    """Create and print the next key of a partner; the previous key stays valid for the time of --keep."""
    given = context.arguments
    return _show_key(context, partners.rotate(context.target, given.name, given.keep))


def revoke_key(context: Context) -> int:
    """Revoke a partner key permanently."""
    partner, key_id = context.arguments.name, context.arguments.key_id
    partners.revoke(context.target, partner, key_id)
    result: results.RevokedKey = {"partner": partner, "keyId": key_id, "revoked": True}
    render.show(result, f"{partner}: key {key_id} is revoked", as_json=context.json)
    return 0


def replace_webhook_secret(context: Context) -> int:
    """Replace the webhook signing secret, read from standard input; the previous secret stays accepted."""
    value = getpass.getpass("new secret: ") if sys.stdin.isatty() else sys.stdin.read()
    result: results.SecretVersion = {"versionId": webhooks.replace_secret(context.target, value)}
    text = "replaced; webhooks signed with the previous secret are still accepted"
    render.show(result, text, as_json=context.json)
    return 0


def list_releases(context: Context) -> int:
    """Print the releases of the app and the hosts that show them."""
    found = releases.list_releases(context.target)
    documents = [results.from_release(each) for each in found]
    render.show(documents, render.releases(found), as_json=context.json)
    return 0


def use_release(context: Context) -> int:
    """Make a release live; a rollback is the use of an older one."""
    return _show_pointer(context, releases.use(context.target, context.arguments.id))


def preview_release(context: Context) -> int:
    """Show a release at one host, or with --remove the live one again."""
    given = context.arguments
    if given.remove and not given.id:
        return _show_pointer(context, releases.remove(context.target, given.remove))
    if given.remove or not given.host:
        raise UsageError("releases preview: expected ID and HOST, or --remove HOST")
    return _show_pointer(context, releases.use(context.target, given.id, given.host))


def _show_pointer(context: Context, pointer: releases.Pointer) -> int:
    render.show(results.from_pointer(pointer), render.pointer(pointer), as_json=context.json)
    return 0


def _queue(context: Context, name: str) -> DeadLetterQueue:
    queues = context.target.dead_letters
    if name not in queues:
        raise UsageError(f"no dead-letter queue is named {name!r}; existing: {_listed(queues)}")
    return queues[name]


def _show_key(context: Context, key: keys.Key) -> int:
    render.show(results.from_new_key(key), key.text, as_json=context.json)
    if not context.json:
        _note("store the key now: it cannot be printed again")
    return 0


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _note_replay(replay: events.Replay) -> None:
    _note(f"replay {replay.name}: {replay.state}")


def _note(text: str) -> None:
    """Print a note for the operator to standard error; it is not part of the result."""
    print(line(text), file=sys.stderr, flush=True)
