"""What a record of the users table's stream says, as an event of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from handlers.events.catalogue import UserCreated, UserDeleted, UserState, UserUpdated
from handlers.events.publish import NewEvent
from handlers.kit import clock
from handlers.users import cause
from handlers.users.cause import Cause

SOURCE = "strata.users"
_INCIDENTAL = frozenset({"version", "updated_at"})
"""Fields that change with every change."""


class Unreadable(Exception):  # noqa: N818 - it says what the record is
    """The record is no change of a user; the text says why."""


def event_of(record: Mapping[str, Any]) -> NewEvent | None:
    """The event of a stream record; None for a write that changes nothing of the user.

    Raises:
        Unreadable: where it is no record of a user.
    """
    try:
        change = record["dynamodb"]
        old, new = (_state(change[image]) if image in change else None for image in ("OldImage", "NewImage"))
        why = _cause(change.get("NewImage") or change["OldImage"], record["eventID"])
        when = clock.timestamp(change["ApproximateCreationDateTime"])
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"no change of a user: {type(error).__name__}: {error}") from error
    if new is None:
        return None if old is None else _event("user.deleted", old, UserDeleted(user=old), when, why)
    if old is None:
        return _event("user.created", new, UserCreated(user=new), new.updated_at, why)
    changed = _changed(old, new)
    if not changed:
        return None
    updated = UserUpdated(user=new, previous=old, changed=changed)
    return _event("user.updated", new, updated, new.updated_at, why)


def _event(kind: str, user: UserState, data: msgspec.Struct, when: str, why: Cause) -> NewEvent:
    return NewEvent(
        type=kind,
        source=SOURCE,
        # A user has each version once: the same change has the same id, however often it is told.
        id=f"{kind}:{user.id}:{user.version}",
        subject=user.id,
        data=data,
        correlation_id=why.correlation_id,
        occurred_at=when,
        actor=why.actor,
    )


def _state(image: Mapping[str, Any]) -> UserState:
    return msgspec.convert({name: _plain(value) for name, value in image.items()}, UserState)


def _plain(attribute: Mapping[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return int(value)
        case "M":
            return {name: _plain(inner) for name, inner in value.items()}
        case _:
            return value


def _cause(image: Mapping[str, Any], event_id: str) -> Cause:
    """Whose request it was; what was written without that belongs to the record itself."""
    told = _plain(image[cause.NAME]) if cause.NAME in image else {"correlationId": event_id}
    return Cause(told["correlationId"], told.get("actor"))


def _changed(old: UserState, new: UserState) -> list[str]:
    return [
        encoded
        for field, encoded in zip(
            UserState.__struct_fields__, UserState.__struct_encode_fields__, strict=True
        )
        if field not in _INCIDENTAL and getattr(old, field) != getattr(new, field)
    ]
