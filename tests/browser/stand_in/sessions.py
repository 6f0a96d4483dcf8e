"""Accounts and sessions: who may sign in, and which browser is signed in as whom."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from local.deployment.people import PEOPLE

ACCESS_SECONDS = 300
SCOPES = {"admins": ("users/read", "users/write", "events/read")}


@dataclass(frozen=True)
class Account:
    """A sign-in of the user pool."""

    email: str
    name: str
    password: str
    groups: tuple[str, ...] = ()
    subject: str = field(default_factory=lambda: str(uuid4()))

    @property
    def scopes(self) -> list[str]:
        """The scopes that the groups give."""
        return [scope for group in self.groups for scope in SCOPES[group]]


@dataclass
class Session:
    """A browser that is signed in; `cookie` is the secret, `id` is what the person sees."""

    account: Account
    user_agent: str
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    id: str = field(default_factory=lambda: uuid4().hex)
    created_at: float = field(default_factory=time.time)
    last_used_at: float = field(default_factory=time.time)


@dataclass(frozen=True)
class Access:
    """An access token: it stays valid until it expires, also after the session has ended."""

    account: Account
    session_id: str
    expires_at: float

    @property
    def claims(self) -> Mapping[str, str]:
        """The claims that the gateway passes to a handler."""
        return {
            "sub": self.account.subject,
            "username": self.account.subject,
            "client_id": "browser",
            "token_use": "access",
            "email": self.account.email,
            "email_verified": "true",
            "name": self.account.name,
            "scope": " ".join(self.account.scopes),
            "exp": str(int(self.expires_at)),
        }


class Sessions:
    """Every account, session and access token."""

    def __init__(self) -> None:
        seeded = [Account(each.email, each.name, each.password, each.groups) for each in PEOPLE.values()]
        self._accounts = {account.email: account for account in seeded}
        self._sessions: dict[str, Session] = {}
        self._tokens: dict[str, Access] = {}

    def sign_up(self, email: str, name: str, password: str) -> Account:
        """Create an account; the address counts as verified."""
        return self._accounts.setdefault(email, Account(email, name, password))

    def account(self, email: str, password: str) -> Account | None:
        """Return the account with this password."""
        found = self._accounts.get(email)
        return found if found and found.password == password else None

    def start(self, account: Account, user_agent: str) -> Session:
        """Start a session."""
        session = Session(account, user_agent)
        self._sessions[session.cookie] = session
        return session

    def find(self, cookie: str) -> Session | None:
        """Return the session of a cookie."""
        return self._sessions.get(cookie)

    def of(self, account: Account) -> list[Session]:
        """Return every session of a person, newest first."""
        return [each for each in reversed(self._sessions.values()) if each.account == account]

    def end(self, session: Session) -> None:
        """End a session; its access tokens stay valid until they expire."""
        self._sessions.pop(session.cookie, None)

    def token(self, session: Session) -> str:
        """Issue an access token."""
        session.last_used_at = time.time()
        value = secrets.token_urlsafe(32)
        self._tokens[value] = Access(session.account, session.id, time.time() + ACCESS_SECONDS)
        return value

    def access(self, token: str) -> Access | None:
        """Return what a valid access token stands for."""
        found = self._tokens.get(token)
        return found if found and found.expires_at > time.time() else None
