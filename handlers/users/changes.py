"""Converts records of the users table's stream to events of the catalogue."""

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
"""Fields that every change updates."""


class Unreadable(Exception):  # noqa: N818 - the name describes the record
    """The record is not a change of a user; the text is the reason."""


def event_of(record: Mapping[str, Any]) -> NewEvent | None:
    """Return the event of a stream record; None for a write that does not change the user.

    Raises:
        Unreadable: if it is not a record of a user.
    """
    try:
        change = record["dynamodb"]
        old, new = (_state(change[image]) if image in change else None for image in ("OldImage", "NewImage"))
        caused_by = _cause(change.get("NewImage") or change["OldImage"], record["eventID"])
        occurred_at = clock.timestamp(change["ApproximateCreationDateTime"])
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"not a change of a user: {type(error).__name__}: {error}") from error
    if new is None:
        return (
            None
            if old is None
            else _event("user.deleted", old, UserDeleted(user=old), occurred_at, caused_by)
        )
    if old is None:
        return _event("user.created", new, UserCreated(user=new), new.updated_at, caused_by)
    changed = _changed(old, new)
    if not changed:
        return None
    updated = UserUpdated(user=new, previous=old, changed=changed)
    return _event("user.updated", new, updated, new.updated_at, caused_by)


def _event(
    event_type: str, user: UserState, data: msgspec.Struct, occurred_at: str, caused_by: Cause
) -> NewEvent:
    return NewEvent(
        type=event_type,
        source=SOURCE,
        # A user has each version once, so a change that is published again has the same id.
        id=f"{event_type}:{user.id}:{user.version}",
        subject=user.id,
        data=data,
        correlation_id=caused_by.correlation_id,
        occurred_at=occurred_at,
        actor=caused_by.actor,
    )


def _state(image: Mapping[str, Any]) -> UserState:
    return msgspec.convert({name: _plain(value) for name, value in image.items()}, UserState)


def _plain(attribute: Mapping[str, Any]) -> Any:
    ((data_type, value),) = attribute.items()
    match data_type:
        case "N":
            return int(value)
        case "M":
            return {name: _plain(inner) for name, inner in value.items()}
        case _:
            return value


def _cause(image: Mapping[str, Any], event_id: str) -> Cause:
    """Return the cause of a change; an item without one gets the stream record's id as correlation id."""
    stored = _plain(image[cause.NAME]) if cause.NAME in image else {"correlationId": event_id}
    return Cause(stored["correlationId"], stored.get("actor"))


def _changed(old: UserState, new: UserState) -> list[str]:
    return [
        encoded
        for field, encoded in zip(
            UserState.__struct_fields__, UserState.__struct_encode_fields__, strict=True
        )
        if field not in _INCIDENTAL and getattr(old, field) != getattr(new, field)
    ]
