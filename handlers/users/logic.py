"""The operations on users."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from handlers.kit import clock
from handlers.kit.errors import Fault, InvalidRequest, NotFound, PreconditionFailed, Unavailable
from handlers.kit.ids import new_id
from handlers.kit.retry import attempts
from handlers.users import cursor, storage
from handlers.users.errors import IdempotencyKeyReused
from handlers.users.models import ChangePreferences, ChangeUser, CreateUser, ListQuery, User, UserPage
from handlers.users.storage import IdempotencyRecord, Record, VersionConflictError

IDEMPOTENCY_SECONDS = 24 * 3600
"""How long a repeated idempotency key returns the first response."""


def create(wanted: CreateUser, idempotency_key: str | None) -> User:
    """Create a user; a repeated request with the same key returns the user as first created.

    Args:
        wanted: the user to create.
        idempotency_key: the caller and its key; None for a request without one.

    Raises:
        EmailTaken: if the email address belongs to another user.
        IdempotencyKeyReused: if the key was used with another body.
    """
    created_at = clock.now()
    user = User(
        id=new_id(),
        email=wanted.email,
        name=wanted.name,
        phone=wanted.phone,
        status=wanted.status,
        created_at=created_at,
        updated_at=created_at,
    )
    if idempotency_key is None:
        storage.create(Record(user))
        return user
    expires_at = int(time.time()) + IDEMPOTENCY_SECONDS
    attempt = IdempotencyRecord(idempotency_key, _digest(wanted), user, expires_at)
    first = storage.create(Record(user), attempt) or attempt
    if first.digest != attempt.digest:
        raise IdempotencyKeyReused("this key was used with another body; use a new key for a new request")
    return first.user


def list_users(query: ListQuery) -> UserPage:
    """Return the page of users that a query selects.

    Raises:
        InvalidRequest: if the query has both a cursor and an email address, or an invalid cursor.
    """
    if query.email is not None:
        if query.cursor is not None:
            raise InvalidRequest([Fault("cursor", "not allowed with email: the result has only one page")])
        return UserPage(storage.list_by_email(query.email), next=None)
    after = None if query.cursor is None else cursor.decode(query.cursor)
    # One user more than requested shows whether there is a next page.
    users = storage.list_users(query.limit + 1, after)
    items = users[: query.limit]
    return UserPage(items, next=cursor.encode(items[-1].id) if len(users) > len(items) else None)


def read(user_id: str) -> User:
    """Return a user.

    Raises:
        NotFound: if no user has this id.
    """
    return _existing(user_id).user


def change(user_id: str, wanted: ChangeUser, versions: Collection[int] | None) -> User:
    """Change a user if its version is one of `versions` (None: any version).

    Raises:
        NotFound: if no user has this id.
        PreconditionFailed: if it has another version.
        EmailTaken: if the new email address belongs to another user.
    """
    return change_fields(lambda: _existing(user_id), wanted, versions)


def delete(user_id: str, versions: Collection[int] | None) -> None:
    """Delete a user if its version is one of `versions` (None: any version).

    Raises:
        NotFound: if no user has this id.
        PreconditionFailed: if it has another version.
    """
    for _ in attempts():
        record = _existing(user_id)
        _check(record.user, versions)
        try:
            return storage.delete(record)
        except VersionConflictError:
            continue
    raise _conflict()


def change_fields(
    read_record: Callable[[], Record], wanted: msgspec.Struct, versions: Collection[int] | None
) -> User:
    """Set the fields that `wanted` contains; after a version conflict, read the record again and retry.

    Another phone number is not verified. If no value changes, nothing is written and the version stays the
    same.
    """

    def revise(record: Record) -> Record:
        user = _changed(record.user, wanted)
        verified = user.phone_verified and user.phone == record.user.phone
        return replace(record, user=replace(user, phone_verified=verified))

    return _change(read_record, revise, versions).user


def change_preferences(
    read_record: Callable[[], Record], wanted: ChangePreferences, versions: Collection[int] | None
) -> Record:
    """Set the notification preferences that `wanted` contains; otherwise like `change_fields`."""

    def revise(record: Record) -> Record:
        return replace(record, preferences=_changed(record.preferences, wanted))

    return _change(read_record, revise, versions)


def verify_phone(read_record: Callable[[], Record]) -> User:
    """Set that the user's phone number is verified; otherwise like `change_fields`."""

    def revise(record: Record) -> Record:
        return replace(record, user=replace(record.user, phone_verified=True))

    return _change(read_record, revise, None).user


def _change(
    read_record: Callable[[], Record], revise: Callable[[Record], Record], versions: Collection[int] | None
) -> Record:
    for _ in attempts():
        before = read_record()
        _check(before.user, versions)
        after = revise(before)
        if after == before:
            return before
        user = replace(after.user, version=before.user.version + 1, updated_at=clock.now())
        after = replace(after, user=user)
        try:
            if versions is None:
                return storage.merge(before, after)
            storage.change(before, after)
        except VersionConflictError:
            continue
        return after
    raise _conflict()


def _existing(user_id: str) -> Record:
    record = storage.read(user_id)
    if record is None:
        raise NotFound("no user has this id")
    return record


def _check(user: User, versions: Collection[int] | None) -> None:
    if versions is not None and user.version not in versions:
        raise PreconditionFailed("the user has another version; read it again")


def _changed[T: msgspec.Struct](current: T, wanted: msgspec.Struct) -> T:
    values = msgspec.structs.asdict(wanted)
    return replace(current, **{field: value for field, value in values.items() if value is not UNSET})


def _conflict() -> Unavailable:
    return Unavailable("too many concurrent changes of this user; try again")


def _digest(wanted: CreateUser) -> str:
    """Return a digest of a request's values, independent of its formatting."""
    from hashlib import sha256  # late: most requests have no key

    return sha256(msgspec.json.encode(wanted)).hexdigest()
