"""The commands: each does one thing to a stack, and prints what came of it."""

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
from operate import events, letters, partners, redrive, render, trace, webhooks
from operate.errors import OperateError, UsageError
from operate.moments import of_milliseconds, rfc3339
from operate.tail import tail
from operate.target import DeadLetters, Target, find

AT_ONCE = 4

EVERYTHING = {"source": [{"prefix": ""}]}
"""The pattern that every event fits."""


@dataclass
class Run:
    """One command on its way.

    Attributes:
        given: the command line, parsed.
        directory: where the embedded cloud keeps its files.
    """

    given: argparse.Namespace
    directory: Path

    @cached_property
    def target(self) -> Target:
        """The stack, looked for when it is needed: what is refused before needs none."""
        return find(self.given.stack, self.directory)

    @property
    def json(self) -> bool:
        """Whether a program reads what is printed."""
        return self.given.json


Command = Callable[[Run], int]


def tail_events(run: Run) -> int:
    """Print events as they come, until Ctrl-C."""
    given = run.given
    pattern: Mapping[str, Any] = given.pattern or ({} if given.type else EVERYTHING)
    if given.type:
        pattern = {**pattern, "detail-type": given.type}
    show = render.as_line if run.json else render.event
    try:
        with tail(run.target, pattern) as tailing:
            _say("looking on; Ctrl-C ends it")
            for event in tailing.read(given.seconds):
                show(event)
    except KeyboardInterrupt:
        _say("no longer looking on")
    return 0


def put_event(run: Run) -> int:
    """Put an event on the bus, if it is one of the catalogue."""
    given = run.given
    event = events.document(given.type, given.data, given.source, given.event_id, given.correlation_id)
    events.put(run.target, event)
    metadata = event["detail"]["metadata"]
    if run.json:
        render.as_json({"id": metadata["id"], "correlationId": metadata["correlationId"]})
    else:
        print(f"id              {metadata['id']}\ncorrelation id  {metadata['correlationId']}")
    return 0


def replay_events(run: Run) -> int:
    """Put past events on the bus again."""
    given = run.given
    end = given.end or datetime.now(UTC)
    done = events.replay(run.target, given.start, end, given.subscription)
    _say(f"replay {done.name}: {done.state}")
    if given.wait:
        done = events.follow(run.target, done, lambda now: _say(f"replay {now.name}: {now.state}"))
    if run.json:
        render.as_json({"name": done.name, "state": done.state})
    return 0


def list_dead_letters(run: Run) -> int:
    """Print how many messages wait in every dead-letter queue."""
    queues = run.target.dead_letters
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(letters.depth, repeat(run.target), queues, queues.values()))
    if run.json:
        render.as_json([_depth_facts(depth) for depth in found])
    else:
        render.depths(render.terminal(), found)
    return 0


def show_dead_letters(run: Run) -> int:
    """Print messages of a dead-letter queue; they stay there."""
    found = letters.peek(run.target, _queue(run, run.given.name), run.given.limit)
    if run.json:
        render.as_json([letter.facts() for letter in found])
    else:
        render.letters(render.terminal(), found)
        _say(f"{len(found)} shown" if found else "nothing waits there")
    return 0


def redrive_dead_letters(run: Run) -> int:
    """Send dead letters where they were meant to go."""
    given = run.given
    queues = run.target.dead_letters if given.all else {given.name: _queue(run, given.name)}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(
            pool.map(redrive.redrive, repeat(run.target), queues, queues.values(), repeat(given.limit))
        )
    if run.json:
        render.as_json([{"name": each.name, "redriven": each.sent, "left": dict(each.left)} for each in done])
    else:
        render.redriven(render.terminal(), done)
    return 1 if any(each.left for each in done) else 0


def trace_request(run: Run) -> int:
    """Print one request's way through every function, queue and push."""
    given = run.given
    hops = trace.trace(run.target, given.correlation_id, given.since)
    if run.json:
        render.as_json([hop.facts(hops[0].at) for hop in hops])
    elif hops:
        render.trace(render.terminal(), hops)
    if not hops:
        raise OperateError(
            f"nothing was logged for {given.correlation_id} since {rfc3339(given.since)}: is it of stack "
            f"{given.stack}, and older than some seconds? --since looks further back"
        )
    return 0


def list_keys(run: Run) -> int:
    """Print partners' keys, which are known by their ids alone."""
    found = partners.listed(run.target)
    if run.json:
        render.as_json([_key_facts(key) for key in found])
    else:
        render.partners(render.terminal(), found)
    return 0


def add_key(run: Run) -> int:
    """Print a new partner's key, this once."""
    return _tell_key(run, partners.add(run.target, run.given.name))


def rotate_key(run: Run) -> int:
    """Print a partner's next key, this once; the one before counts on for a while."""
    return _tell_key(run, partners.rotate(run.target, run.given.name, run.given.keep))


def revoke_key(run: Run) -> int:
    """Take a partner's key back for good."""
    partners.revoke(run.target, run.given.name, run.given.key_id)
    if run.json:
        render.as_json({"partner": run.given.name, "keyId": run.given.key_id, "revoked": True})
    else:
        print(f"{run.given.name}: {run.given.key_id} is revoked")
    return 0


def replace_webhook_secret(run: Run) -> int:
    """Make what is on standard input the webhooks' secret; the one before stays good beside it."""
    value = getpass.getpass("the new secret: ") if sys.stdin.isatty() else sys.stdin.read()
    version = webhooks.replace_secret(run.target, value)
    if run.json:
        render.as_json({"versionId": version})
    else:
        print("replaced; what is signed with the secret before is still accepted")
    return 0


def _queue(run: Run, name: str) -> DeadLetters:
    queues = run.target.dead_letters
    if name not in queues:
        raise UsageError(f"there is no dead-letter queue {name!r}; there are: {_listed(queues)}")
    return queues[name]


def _tell_key(run: Run, key: keys.Key) -> int:
    if run.json:
        render.as_json({"partner": key.partner, "keyId": key.key_id, "key": key.text})
    else:
        print(key.text)
        _say("this is told once: hand it over now")
    return 0


def _depth_facts(depth: letters.Depth) -> dict[str, Any]:
    oldest = None if depth.oldest is None else rfc3339(of_milliseconds(depth.oldest))
    return {
        "name": depth.name,
        "kind": depth.kind,
        "messages": depth.messages,
        "oldestAt": oldest,
        "exact": depth.exact,
    }


def _key_facts(key: partners.PartnerKey) -> dict[str, Any]:
    return {
        "partner": key.partner,
        "keyId": key.key_id,
        "createdAt": key.created_at,
        "expiresAt": None if key.expires_at is None else rfc3339(of_milliseconds(key.expires_at * 1_000)),
        "revoked": key.revoked,
        "valid": key.counts,
    }


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _say(text: str) -> None:
    """Tell the person something that is not the answer."""
    print(text, file=sys.stderr, flush=True)
