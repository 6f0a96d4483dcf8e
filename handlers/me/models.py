"""A person as described by a token, and the profile fields that a person may change."""

from msgspec import UNSET, Struct, UnsetType

from handlers.users.models import Email, Name, Phone


class Person(Struct, frozen=True, kw_only=True):
    """A signed-in person.

    Attributes:
        subject: the person's id in the user pool, which never changes.
        email: the email address for a new profile.
        email_verified: whether the user pool has verified that the person owns the address.
        name: the name for a new profile.
    """

    subject: str
    email: Email | None
    email_verified: bool
    name: Name | None


class ChangeMe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of the caller's profile; omitted fields keep their values, a phone of null removes it."""

    name: Name | UnsetType = UNSET
    phone: Phone | UnsetType | None = UNSET
