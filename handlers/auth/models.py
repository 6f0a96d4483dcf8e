"""The requests and responses of the sign-in, and the session as it is stored."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct, field

from handlers.kit.text import END
from handlers.users.models import Timestamp

ReturnPath = Annotated[
    str,
    Meta(
        max_length=1_024,
        # Browsers read // as another host, and a backslash as a slash.
        pattern=rf"^/(?!/)[\x21-\x5b\x5d-\x7e]*{END}",
        description="a path of this site in ASCII, such as /users?limit=10",
        examples=["/users?limit=10"],
    ),
]
_FromCognito = Annotated[str, Meta(max_length=2_048, description="as Cognito sends it")]


class Login(Struct, frozen=True, kw_only=True):
    """Where to return after the sign-in, and whether to show the sign-up first."""

    return_: ReturnPath = field(name="return", default="/")
    screen: Annotated[Literal["login", "signup"], Meta(description="the first page of the hosted login")] = (
        "login"
    )


class Callback(Struct, frozen=True, kw_only=True):
    """The parameters of Cognito's redirect: a code, or an error."""

    # A client must ignore the parameters that it does not know (RFC 6749, 4.1.2).
    ignores_unknown: ClassVar[bool] = True

    code: _FromCognito | None = None
    state: _FromCognito | None = None
    error: _FromCognito | None = None


class Agent(Struct, frozen=True):
    """The browser, as it names itself."""

    user_agent: Annotated[str, Meta(description="shown in the list of sessions")] = field(
        name="User-Agent", default=""
    )


class SignOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether to end every session of the person, or only this one."""

    everywhere: bool = False


class SignedOut(Struct, frozen=True):
    """The session has ended; `url` is where the browser ends Cognito's own."""

    url: str


class SessionSummary(Struct, frozen=True, kw_only=True, rename="camel"):
    """One session of a person; `current` is that of the request."""

    id: str
    current: bool
    created_at: Timestamp
    last_used_at: Timestamp
    user_agent: str


class CurrentSession(Struct, frozen=True, kw_only=True, rename="camel"):
    """The person who is signed in, until when the access token is valid, and the person's sessions."""

    subject: str
    email: str | None
    name: str | None
    scopes: tuple[str, ...]
    expires_at: Timestamp
    sessions: tuple[SessionSummary, ...]


class Session(Struct, frozen=True, kw_only=True, rename="camel"):
    """A session as it is stored.

    Attributes:
        id: the SHA-256 of the cookie's value, in hexadecimal digits.
        subject: the subject of its tokens.
        username: the user name in the user pool.
        email: the person's email address, if the token has one; `name` likewise.
        scopes: the scopes of the current access token, separated by spaces.
        origins: the `origin_jti` of its tokens, by which WebSockets belong to the session.
        refresh_token: the refresh token, encrypted.
        access_expires_at: epoch seconds at which the current access token expires.
        created_at: the time of the sign-in, `last_used_at` that of the last refresh.
        user_agent: the browser that signed in, as it names itself.
        expires_at: epoch seconds at which the session ends.
    """

    id: str
    subject: str
    username: str
    email: str | None = None
    name: str | None = None
    scopes: str = ""
    origins: frozenset[str] = frozenset()
    refresh_token: bytes = b""
    access_expires_at: int = 0
    created_at: str = ""
    last_used_at: str = ""
    user_agent: str = ""
    expires_at: int = 0
