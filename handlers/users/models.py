"""The API's models of users; the OpenAPI document is generated from them, limits included."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from handlers.http.etag import IfMatch
from handlers.kit.ids import Id
from handlers.kit.text import END, LINE, LINE_DESCRIPTION

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"

UserId = Id
Email = Annotated[
    str,
    Meta(
        max_length=254,
        # SES refuses a local part of more than 64 characters (RFC 5321, 4.5.3.1) and a domain that ends in
        # a number, which is an IP address (RFC 3696, 2).
        pattern=rf"^(?![^@]{{65}})(?!.*\.[0-9]+$){_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})+{END}",
        description="an email address in ASCII, such as ada@example.org; compared case-insensitively",
        examples=["ada@example.org"],
    ),
]
Name = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        pattern=LINE,
        description=LINE_DESCRIPTION,
        examples=["Ada Lovelace"],
    ),
]
Phone = Annotated[
    str,
    Meta(
        pattern=rf"^\+[1-9][0-9]{{6,14}}{END}",
        description="a phone number in E.164 format, such as +442079460000",
        examples=["+442079460000"],
    ),
]
Status = Literal["active", "disabled"]
Timestamp = Annotated[str, Meta(description="RFC 3339, UTC", extra_json_schema={"format": "date-time"})]
Cursor = Annotated[
    str,
    Meta(pattern=rf"^[A-Za-z0-9_-]{{22}}{END}", description="the `next` value of an earlier page, unchanged"),
]
IdempotencyKey = Annotated[
    str,
    Meta(
        max_length=128,
        pattern=rf"^[\x21-\x7e]+{END}",
        description="1 to 128 printable ASCII characters without spaces, unique per request",
    ),
]


class User(Struct, frozen=True, kw_only=True, rename="camel"):
    """A user."""

    id: UserId
    email: Email
    name: Name
    phone: Phone | None = None
    phone_verified: Annotated[bool, Meta(description="whether a code proved the owner of the number")] = False
    status: Status = "active"
    created_at: Timestamp
    updated_at: Timestamp
    version: Annotated[int, Meta(ge=1, description="the number of changes plus one; also the ETag")] = 1


class UserPage(Struct, frozen=True):
    """A page of users, newest first; `next` is the cursor of the next page, null on the last page."""

    items: list[User]
    next: Cursor | None


class CreateUser(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new user."""

    email: Email
    name: Name
    phone: Phone | None = None
    status: Status = "active"


class ChangeUser(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of a user; omitted fields keep their values, a phone of null removes it."""

    email: Email | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    phone: Phone | UnsetType | None = UNSET
    status: Status | UnsetType = UNSET


class ChangePreferences(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of notification preferences; omitted fields keep their values."""

    email: bool | UnsetType = UNSET
    sms: bool | UnsetType = UNSET


class UserPath(Struct, frozen=True):
    """The path of one user."""

    user_id: UserId = field(name="userId")


class ListQuery(Struct, frozen=True):
    """The query of a list: a page of all users, or the user with an email address."""

    limit: Annotated[int, Meta(ge=1, le=100, description="the maximum number of users on the page")] = 20
    cursor: Cursor | None = None
    email: Email | None = None


class ConditionalHeaders(Struct, frozen=True):
    """The header that makes a change conditional on the version."""

    if_match: IfMatch | None = field(name="If-Match", default=None)


class CreateHeaders(Struct, frozen=True):
    """The header that makes a repeated request safe."""

    idempotency_key: IdempotencyKey | None = field(name="Idempotency-Key", default=None)
