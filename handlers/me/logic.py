"""A person's own profile: made on first sight, then found by the sign-in that it belongs to."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from handlers.kit import clock
from handlers.kit.errors import Unavailable
from handlers.kit.retry import attempts
from handlers.me.errors import EmailMissing, EmailUnverified, ProfileDisabled, ProfileNotLinked
from handlers.me.models import ChangeMe, Person
from handlers.users import logic, storage
from handlers.users.errors import EmailTaken
from handlers.users.ids import new_id
from handlers.users.models import ChangePreferences, User
from handlers.users.storage import Record, VersionConflictError


def read(person: Person) -> User:
    """The person's profile, made where there is none.

    Raises:
        EmailMissing, EmailUnverified: where one must be made and the token proves no address for it.
        ProfileNotLinked: where another profile has the address and cannot become the person's.
    """
    return _profile(person).user


def change(person: Person, wanted: ChangeMe, versions: Collection[int] | None) -> User:
    """Change the person's profile, if it is of one of the `versions` (None: of any).

    Raises:
        ProfileDisabled: where its owner may not change it.
        PreconditionFailed: where it is of another version.
        EmailMissing, EmailUnverified, ProfileNotLinked: as `read`.
    """
    return logic.change_user(lambda: _changeable(person), wanted, versions)


def read_preferences(person: Person) -> Record:
    """What the person wants to be told by, with the profile that says so, made where there is none.

    Raises:
        EmailMissing, EmailUnverified, ProfileNotLinked: as `read`.
    """
    return _profile(person)


def change_preferences(person: Person, wanted: ChangePreferences, versions: Collection[int] | None) -> Record:
    """Change what the person wants to be told by, if the profile is of one of the `versions`.

    Raises:
        ProfileDisabled, PreconditionFailed: as `change`.
        EmailMissing, EmailUnverified, ProfileNotLinked: as `read`.
    """
    return logic.change_preferences(lambda: _changeable(person), wanted, versions)


def _changeable(person: Person) -> Record:
    record = _profile(person)
    if record.user.status == "disabled":
        raise ProfileDisabled("this profile can be seen, and not changed by its owner")
    return record


def _profile(person: Person) -> Record:
    for _ in attempts():
        record = storage.read_by_subject(person.subject)
        if record is not None:
            return record
        try:
            return _first_sight(person)
        except VersionConflictError:
            continue  # another request of the same person was first
    raise Unavailable("others keep changing this profile; try again")


def _first_sight(person: Person) -> Record:
    if person.email is None:
        raise EmailMissing("sign in with an account that has an e-mail address, such as ada@example.org")
    if not person.email_verified:  # Anybody can claim an address; only its owner can verify it.
        raise EmailUnverified("verify this e-mail address first, then sign in again")
    record = Record(_new_user(person, person.email), person.subject)
    try:
        storage.create(record)
    except EmailTaken:
        return _link(person, person.email)
    return record


def _new_user(person: Person, email: str) -> User:
    moment = clock.now()
    name = person.name or email.partition("@")[0][:100]
    return User(id=new_id(), email=email, name=name, created_at=moment, updated_at=moment)


def _link(person: Person, email: str) -> Record:
    """Give the person the profile that waits under their address, which they have proved theirs."""
    record = storage.read_by_email(email)
    if record is None:
        raise VersionConflictError
    if record.subject is not None:
        raise ProfileNotLinked("somebody who signs in another way has the profile with this e-mail address")
    user = msgspec.structs.replace(record.user, version=record.user.version + 1, updated_at=clock.now())
    linked = msgspec.structs.replace(record, user=user, subject=person.subject)
    storage.change(record, linked)
    return linked
