"""People as their tokens describe them, and what they may change of themselves."""

from msgspec import UNSET, Struct, UnsetType

from handlers.users.models import Email, Name, Phone


class Person(Struct, frozen=True, kw_only=True):
    """A signed-in person.

    Attributes:
        subject: the pool's own id of the person, which never changes.
        email: the address that the person's first profile has.
        email_verified: whether the person is known to receive mail there.
        name: the name that the person's first profile has.
    """

    subject: str
    email: Email | None
    email_verified: bool
    name: Name | None


class ChangeMe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is not named stays, and a phone of null goes."""

    name: Name | UnsetType = UNSET
    phone: Phone | UnsetType | None = UNSET
