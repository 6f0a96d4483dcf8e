"""A person as described by a token, the profile fields that a person may change, and codes for phones."""

from typing import Annotated, NamedTuple

from msgspec import UNSET, Meta, Struct, UnsetType

from handlers.kit.text import END
from handlers.users.models import Email, Name, Phone, Timestamp


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


class SentCode(Struct, frozen=True, rename="camel"):
    """A code was sent: it can be tried `attempts` times until `expiresAt`."""

    expires_at: Timestamp
    attempts: int


class VerifyPhone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code that was sent to the caller's phone number."""

    code: Annotated[
        str, Meta(pattern=rf"^[0-9]{{6}}{END}", description="the six digits of the code", examples=["042137"])
    ]


class PhoneCode(NamedTuple):
    """A code as it is stored.

    Attributes:
        phone: the phone number that it was sent to.
        salt: random bytes, new for each code.
        digest: the digest of the code with the salt.
        attempts: how often it can still be tried.
        expires_at: epoch seconds after which it is not valid.
    """

    phone: str
    salt: bytes
    digest: bytes
    attempts: int
    expires_at: int
