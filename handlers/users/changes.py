"""Converts changes of the users table to events of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from handlers.events.catalogue import UserCreated, UserDeleted, UserState, UserUpdated
from handlers.events.publish import NewEvent
from handlers.events.stream import Change

SOURCE = "strata.users"
_INCIDENTAL = frozenset({"version", "updated_at"})
"""Fields that every change updates."""


def event_of(change: Change) -> NewEvent | None:
    """Return the event of a change; None for a write that does not change the user.

    Raises:
        msgspec.ValidationError: if an item is not a user.
    """
    old, new = _state(change.old), _state(change.new)
    if new is None:
        return _event("user.deleted", old, UserDeleted(user=old), change, change.occurred_at) if old else None
    if old is None:
        return _event("user.created", new, UserCreated(user=new), change, new.updated_at)
    changed = _changed(old, new)
    if not changed:
        return None
    updated = UserUpdated(user=new, previous=old, changed=changed)
    return _event("user.updated", new, updated, change, new.updated_at)


def _event(
    event_type: str, user: UserState, data: msgspec.Struct, change: Change, occurred_at: str
) -> NewEvent:
    return NewEvent(
        type=event_type,
        source=SOURCE,
        # A user has each version once, so a change that is published again has the same id.
        id=f"{event_type}:{user.id}:{user.version}",
        subject=user.id,
        data=data,
        correlation_id=change.cause.correlation_id,
        occurred_at=occurred_at,
        actor=change.cause.actor,
    )


def _state(item: Mapping[str, Any] | None) -> UserState | None:
    return None if item is None else msgspec.convert(item, UserState)


def _changed(old: UserState, new: UserState) -> list[str]:
    return [
        encoded
        for field, encoded in zip(
            UserState.__struct_fields__, UserState.__struct_encode_fields__, strict=True
        )
        if field not in _INCIDENTAL and getattr(old, field) != getattr(new, field)
    ]
