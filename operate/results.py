"""The JSON documents that commands print with `--json`: one type for each, whose keys are stable.

Times are RFC 3339 in UTC with milliseconds. `events tail` prints one document per line, as EventBridge
delivers the event; every other command prints one document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NotRequired, TypedDict, get_args, get_origin

from handlers.partners import keys
from operate import dead_letter_queues, events, expected, partners, redrive, releases, trace
from operate.times import from_milliseconds, rfc3339

Event = TypedDict(
    "Event",
    {
        "version": str,
        "id": str,
        "detail-type": str,
        "source": str,
        "account": str,
        "time": str,
        "region": str,
        "resources": list[str],
        "detail": dict[str, Any],
        "replay-name": NotRequired[str],
    },
)
"""An event of `events tail`, as EventBridge delivers it; only a replayed event has `replay-name`."""


class EventIds(TypedDict):
    """The result of `events put`.

    Attributes:
        id: the event id.
        correlationId: the correlation id.
    """

    id: str
    correlationId: str


class Replay(TypedDict):
    """The result of `events replay`.

    Attributes:
        name: the replay's name, which each replayed event has as `replay-name`.
        state: the EventBridge state, such as `STARTING` or `COMPLETED`.
        ended: whether the state is final; otherwise events are still being replayed.
    """

    name: str
    state: str
    ended: bool


class QueueDepth(TypedDict):
    """A queue of `dlq list`.

    Attributes:
        name: the queue's name in the program.
        kind: the kind of sender: `queue`, `rule`, `topic`, `function`, `schedule` or `stream`.
        messages: approximate number of messages.
        inFlight: how many of them are being read or redriven.
        readAt: when the number was read.
        oldestAt: when the oldest message was sent; null for an empty queue.
        exact: whether `oldestAt` was read from all messages; otherwise an older one may exist.
    """

    name: str
    kind: str
    messages: int
    inFlight: int
    readAt: str
    oldestAt: str | None
    exact: bool


class DeadMessage(TypedDict):
    """A message of `dlq show`.

    Attributes:
        messageId: the SQS message id.
        sentAt: when the message was first sent.
        reason: why the message failed; may be empty.
        eventType: the type of the event in the message, or null.
        eventId: the id of the event in the message, or null.
        correlationIds: the correlation ids in the message.
        attributes: the message attributes, as strings.
        body: the body as JSON, or as a string if it is not JSON.
    """

    messageId: str
    sentAt: str
    reason: str
    eventType: str | None
    eventId: str | None
    correlationIds: list[str]
    attributes: dict[str, str]
    body: Any


class Redrive(TypedDict):
    """A queue of `dlq redrive`.

    Attributes:
        name: the queue's name in the program.
        redriven: number of messages that their destination accepted and may not have handled yet.
        left: number of messages that stay in the queue, by reason.
    """

    name: str
    redriven: int
    left: dict[str, int]


class Hop(TypedDict):
    """A step of `trace`, in order of the start.

    Attributes:
        at: when the step started.
        offsetMs: milliseconds since the start of the first step.
        where: the name of the function or dead-letter queue in the program.
        what: the route, the event type, or `push`.
        outcome: the HTTP status or the outcome.
        durationMs: milliseconds, or null.
        failed: whether the step failed.
        details: other facts of the log entry, such as `status`, `attempt` or `error`.
    """

    at: str
    offsetMs: float
    where: str
    what: str
    outcome: str
    durationMs: float | None
    failed: bool
    details: dict[str, Any]


class ExpectedHop(TypedDict):
    """A step that is expected in a `trace` and not logged yet.

    Attributes:
        where: the name of the function in the program.
        what: the event type, or `changes of a table`.
        eventId: the id of the event, or null.
        certain: whether the step must follow; otherwise it may.
        reason: why it is expected.
    """

    where: str
    what: str
    eventId: str | None
    certain: bool
    reason: str


class Trace(TypedDict):
    """The result of `trace`.

    Attributes:
        readAt: when the logs were read.
        complete: whether no step is expected.
        hops: the steps that are logged, as `Hop`.
        expected: the steps that are expected, as `ExpectedHop`.
    """

    readAt: str
    complete: bool
    hops: list[Hop]
    expected: list[ExpectedHop]


class PartnerKey(TypedDict):
    """A key of `partners list`.

    Attributes:
        partner: the partner's name.
        keyId: the key id.
        createdAt: when the key was created.
        expiresAt: when the key expires, or null.
        revoked: whether the key was revoked.
        valid: whether the API accepts the key now.
    """

    partner: str
    keyId: str
    createdAt: str
    expiresAt: str | None
    revoked: bool
    valid: bool


class NewKey(TypedDict):
    """The result of `partners add` and `partners rotate`.

    Attributes:
        partner: the partner's name.
        keyId: the key id.
        key: the key, which is not stored and cannot be printed again.
    """

    partner: str
    keyId: str
    key: str


class RevokedKey(TypedDict):
    """The result of `partners revoke`.

    Attributes:
        partner: the partner's name.
        keyId: the key id.
        revoked: always true.
    """

    partner: str
    keyId: str
    revoked: bool


class SecretVersion(TypedDict):
    """The result of `webhooks secret`.

    Attributes:
        versionId: the version id of the new secret in Secrets Manager.
    """

    versionId: str


class Release(TypedDict):
    """A release of `releases list`, newest first.

    Attributes:
        id: the release's id.
        createdAt: when it was deployed.
        complete: whether it can be used; otherwise it is being deployed or deleted.
        hosts: the hosts that show it; `default` stands for all that have no release of their own.
        assets: number of its assets.
        bytes: size of its assets and its page.
    """

    id: str
    createdAt: str
    complete: bool
    hosts: list[str]
    assets: int
    bytes: int


class Pointer(TypedDict):
    """The result of `releases use` and `releases preview`.

    Attributes:
        host: the host; `default` stands for all that have no release of their own.
        id: the id of the release that it shows, or null if it shows that of `default` again.
        previous: the id of the release before, or null.
    """

    host: str
    id: str | None
    previous: str | None


def describe(shape: Any) -> str:
    """Return a phrase about a command's JSON output: its form and its keys."""
    items = get_args(shape)
    forms = {list: "a list of objects", Iterator: "one object per line"}
    form = forms[get_origin(shape)] if items else "an object"
    return f"{form} with the keys {', '.join(keys_of(shape))}"


def keys_of(shape: Any) -> list[str]:
    """Return the keys of a result's type, or of its items."""
    return list((get_args(shape) or (shape,))[0].__annotations__)


def from_event(event: dict[str, Any]) -> EventIds:
    """Return the result of putting an event."""
    metadata = event["detail"]["metadata"]
    return {"id": metadata["id"], "correlationId": metadata["correlationId"]}


def from_replay(replay: events.Replay) -> Replay:
    """Return the result of a replay."""
    return {"name": replay.name, "state": replay.state, "ended": replay.state in events.FINAL_STATES}


def from_depth(depth: dead_letter_queues.Depth, read_at: datetime) -> QueueDepth:
    """Return the result for a queue's depth."""
    return {
        "name": depth.name,
        "kind": depth.kind,
        "messages": depth.messages,
        "inFlight": depth.in_flight,
        "readAt": rfc3339(read_at),
        "oldestAt": None if depth.oldest is None else _time(depth.oldest),
        "exact": depth.exact,
    }


def from_message(message: dead_letter_queues.DeadMessage) -> DeadMessage:
    """Return the result for a dead-lettered message."""
    return {
        "messageId": message.id,
        "sentAt": _time(message.sent),
        "reason": message.reason,
        "eventType": message.event_type,
        "eventId": message.event_id,
        "correlationIds": message.correlation_ids,
        "attributes": {name: value.get("StringValue", "") for name, value in message.attributes.items()},
        "body": message.document if message.document is not None else message.body,
    }


def from_redrive(result: redrive.RedriveResult) -> Redrive:
    """Return the result of a redrive."""
    return {"name": result.name, "redriven": result.sent, "left": dict(result.left)}


def from_trace(hops: Sequence[trace.Hop], steps: Sequence[expected.Expected], read_at: datetime) -> Trace:
    """Return the result of a trace."""
    return {
        "readAt": rfc3339(read_at),
        "complete": not steps,
        "hops": [from_hop(hop, hops[0].at) for hop in hops],
        "expected": [
            {
                "where": step.where,
                "what": step.what,
                "eventId": step.event_id,
                "certain": step.certain,
                "reason": step.reason,
            }
            for step in steps
        ],
    }


def from_hop(hop: trace.Hop, start: float) -> Hop:
    """Return the result for a step; `start` is when the first step started, in ms since the epoch."""
    return {
        "at": _time(hop.at),
        "offsetMs": round(hop.at - start, 1),
        "where": hop.where,
        "what": hop.what,
        "outcome": hop.outcome,
        "durationMs": hop.duration,
        "failed": hop.failed,
        "details": dict(hop.details),
    }


def from_partner_key(key: partners.PartnerKey) -> PartnerKey:
    """Return the result for a stored key."""
    return {
        "partner": key.partner,
        "keyId": key.key_id,
        "createdAt": key.created_at,
        "expiresAt": None if key.expires_at is None else _time(key.expires_at * 1_000),
        "revoked": key.revoked,
        "valid": key.valid,
    }


def from_new_key(key: keys.Key) -> NewKey:
    """Return the result for a new key."""
    return {"partner": key.partner, "keyId": key.key_id, "key": key.text}


def from_release(release: releases.Release) -> Release:
    """Return the result for a release."""
    return {
        "id": release.id,
        "createdAt": rfc3339(release.created_at),
        "complete": release.complete,
        "hosts": list(release.hosts),
        "assets": release.assets,
        "bytes": release.size,
    }


def from_pointer(pointer: releases.Pointer) -> Pointer:
    """Return the result of a change of the release that a host shows."""
    return {"host": pointer.host, "id": pointer.id, "previous": pointer.previous}


def _time(milliseconds: float) -> str:
    return rfc3339(from_milliseconds(milliseconds))
