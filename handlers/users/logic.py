"""What can be done with users, in terms of users alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import TypeVar

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from handlers.kit import clock
from handlers.kit.errors import Fault, InvalidRequest, NotFound, PreconditionFailed, Unavailable
from handlers.kit.retry import attempts
from handlers.users import cursor, storage
from handlers.users.errors import IdempotencyKeyReused
from handlers.users.ids import new_id
from handlers.users.models import ChangePreferences, ChangeUser, CreateUser, ListQuery, User, UserPage
from handlers.users.storage import IdempotencyRecord, Record, VersionConflictError

T = TypeVar("T", bound=msgspec.Struct)

RECEIPT_SECONDS = 24 * 3600
"""How long a repeated idempotency key is answered with the first answer."""


def create(wanted: CreateUser, once: str | None) -> User:
    """Make a user; the same request `once` (a caller and its key) again gives the first answer.

    Raises:
        EmailTaken: where another user has the address.
        IdempotencyKeyReused: where `once` stands for another request.
    """
    moment = clock.now()
    user = User(
        id=new_id(),
        email=wanted.email,
        name=wanted.name,
        phone=wanted.phone,
        status=wanted.status,
        created_at=moment,
        updated_at=moment,
    )
    if once is None:
        storage.create(Record(user))
        return user
    receipt = IdempotencyRecord(once, _digest(wanted), user, int(time.time()) + RECEIPT_SECONDS)
    first = storage.create(Record(user), receipt) or receipt
    if first.digest != receipt.digest:
        raise IdempotencyKeyReused("this key came with another body before; use a new key for a new request")
    return first.user


def list_users(query: ListQuery) -> UserPage:
    """The users that a query asks for.

    Raises:
        InvalidRequest: where the query cannot be followed.
    """
    if query.email is not None:
        if query.cursor is not None:
            raise InvalidRequest([Fault("cursor", "not together with email: there is one page")])
        return UserPage(storage.list_by_email(query.email), next=None)
    after = None if query.cursor is None else cursor.decoded(query.cursor)
    # One more than asked for tells whether there is a page after this one.
    users = storage.list_users(query.limit + 1, after)
    items = users[: query.limit]
    return UserPage(items, next=cursor.encoded(items[-1].id) if len(users) > len(items) else None)


def read(user_id: str) -> User:
    """A user.

    Raises:
        NotFound: where there is none with this id.
    """
    return _existing(user_id).user


def change(user_id: str, wanted: ChangeUser, versions: Collection[int] | None) -> User:
    """Change a user, if it is of one of the `versions` (None: of any).

    Raises:
        NotFound: where there is none with this id.
        PreconditionFailed: where it is of another version.
        EmailTaken: where another user has the new address.
    """
    return change_user(lambda: _existing(user_id), wanted, versions)


def delete(user_id: str, versions: Collection[int] | None) -> None:
    """Delete a user, if it is of one of the `versions` (None: of any).

    Raises:
        NotFound: where there is none with this id.
        PreconditionFailed: where it is of another version.
    """
    for _ in attempts():
        record = _existing(user_id)
        _check(record.user, versions)
        try:
            return storage.delete(record)
        except VersionConflictError:
            continue
    raise _conflict()


def change_user(find: Callable[[], Record], wanted: msgspec.Struct, versions: Collection[int] | None) -> User:
    """Lay what is set in `wanted` over the user found; found again whenever another change came first.

    What changes nothing writes nothing, and leaves the version as it is.
    """
    return _change(find, lambda record: replace(record, user=_changed(record.user, wanted)), versions).user


def change_preferences(
    find: Callable[[], Record], wanted: ChangePreferences, versions: Collection[int] | None
) -> Record:
    """As `change_user`, of what the user wants to be told by."""
    return _change(
        find, lambda record: replace(record, preferences=_changed(record.preferences, wanted)), versions
    )


def _change(
    find: Callable[[], Record], revised: Callable[[Record], Record], versions: Collection[int] | None
) -> Record:
    for _ in attempts():
        before = find()
        _check(before.user, versions)
        after = revised(before)
        if after == before:
            return before
        user = replace(after.user, version=before.user.version + 1, updated_at=clock.now())
        after = replace(after, user=user)
        try:
            storage.change(before, after)
        except VersionConflictError:
            continue
        return after
    raise _conflict()


def _existing(user_id: str) -> Record:
    record = storage.read(user_id)
    if record is None:
        raise NotFound("there is no user with this id")
    return record


def _check(user: User, versions: Collection[int] | None) -> None:
    if versions is not None and user.version not in versions:
        raise PreconditionFailed("the user has changed since; read it again")


def _changed(kept: T, wanted: msgspec.Struct) -> T:
    values = msgspec.structs.asdict(wanted)
    return replace(kept, **{field: value for field, value in values.items() if value is not UNSET})


def _conflict() -> Unavailable:
    return Unavailable("others keep changing this user; try again")


def _digest(wanted: CreateUser) -> str:
    """What a request asks for, however it was written."""
    from hashlib import sha256  # late: most requests carry no key

    return sha256(msgspec.json.encode(wanted)).hexdigest()
