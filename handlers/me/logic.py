"""The operations on a person's profile, which is created on first access and found by the sign-in later."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from handlers.kit import clock
from handlers.kit.errors import Unavailable
from handlers.kit.ids import new_id
from handlers.kit.retry import attempts
from handlers.me.errors import EmailMissing, EmailUnverified, ProfileNotLinked
from handlers.me.models import ChangeMe, Person
from handlers.users import access, logic, storage
from handlers.users.errors import EmailTaken
from handlers.users.models import ChangePreferences, User
from handlers.users.storage import Record, VersionConflictError


def read(person: Person) -> Record:
    """Return the person's profile; create it if it does not exist.

    Raises:
        EmailMissing, EmailUnverified: if it must be created and the token has no verified email address.
        ProfileNotLinked: if the profile with the address is linked to another sign-in.
        ProfileDeleted, ProfileDisabled: if the person may not act.
        Unavailable: if too many other requests change it.
    """
    for _ in attempts():
        record = access.profile_of(person.subject)
        if record is not None:
            return record
        try:
            return _create(person)
        except VersionConflictError:
            continue  # a concurrent request of the same person created it
    raise Unavailable("too many concurrent changes of this profile; try again")


def change(person: Person, wanted: ChangeMe, versions: Collection[int] | None) -> User:
    """Change the person's profile if its version is one of `versions` (None: any version).

    Raises:
        PreconditionFailed: if it has another version.
        EmailMissing, EmailUnverified, ProfileNotLinked, ProfileDeleted, ProfileDisabled: like `read`.
    """
    return logic.change_fields(lambda: read(person), wanted, versions)


def change_preferences(person: Person, wanted: ChangePreferences, versions: Collection[int] | None) -> Record:
    """Change the person's notification preferences if the profile's version is one of `versions`.

    Raises:
        PreconditionFailed: like `change`.
        EmailMissing, EmailUnverified, ProfileNotLinked, ProfileDeleted, ProfileDisabled: like `read`.
    """
    return logic.change_preferences(lambda: read(person), wanted, versions)


def _create(person: Person) -> Record:
    if person.email is None:
        raise EmailMissing("sign in with an account that has an email address, such as ada@example.org")
    if not person.email_verified:  # Anyone can enter an address; only its owner can verify it.
        raise EmailUnverified("verify this email address, then sign in again")
    record = Record(_new_user(person, person.email), person.subject)
    try:
        storage.create(record)
    except EmailTaken:
        return _link(person, person.email)
    return record


def _new_user(person: Person, email: str) -> User:
    created_at = clock.now()
    name = person.name or email.partition("@")[0]
    return User(id=new_id(), email=email, name=name, created_at=created_at, updated_at=created_at)


def _link(person: Person, email: str) -> Record:
    """Link the person to the existing profile with their verified email address."""
    record = storage.read_by_email(email)
    if record is None:
        raise VersionConflictError
    if record.subject is not None:
        raise ProfileNotLinked("the profile with this email address is linked to another sign-in")
    access.active(record)
    user = msgspec.structs.replace(record.user, version=record.user.version + 1, updated_at=clock.now())
    linked = msgspec.structs.replace(record, user=user, subject=person.subject)
    storage.change(record, linked)
    return linked
