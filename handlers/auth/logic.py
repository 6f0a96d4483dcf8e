"""Begins, renews and ends the sessions of browsers."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from hmac import compare_digest
from urllib.parse import urlencode

from handlers.auth import cipher, cognito, storage, tokens
from handlers.auth.attempt import Attempt, random_text
from handlers.auth.errors import NoSession, SessionEnded, SignInError
from handlers.auth.models import Callback, CurrentSession, Session, SessionSummary
from handlers.events.catalogue import SessionEnded as SessionEndedEvent
from handlers.events.catalogue import SessionState
from handlers.events.publish import NewEvent, publish
from handlers.kit import aws, clock
from handlers.kit.environment import variable
from handlers.kit.errors import Forbidden, Unavailable
from handlers.kit.invocation import correlation_id, note
from handlers.kit.retry import attempts
from handlers.users import access

SOURCE = "strata.sessions"
AGENT_CHARACTERS = 256


class Access:
    """An access token for the browser.

    Attributes:
        token: the token.
        seconds: for how long it is valid.
    """

    def __init__(self, issued: tokens.Tokens) -> None:
        self.token, self.seconds = issued.access, issued.expires_in


def sign_in(callback: Callback, kept: Attempt | None, agent: str) -> tuple[str, Access]:
    """Begin a session with Cognito's redirect for an attempt that the browser kept.

    Returns:
        The value of the session's cookie, which is always a new one, and the access token.

    Raises:
        SignInError: if there is no such attempt, or Cognito did not sign the person in.
        Forbidden: if the person's profile is disabled or deleted.
        Unavailable: if a service does not respond.
    """
    state = (callback.state or "").encode(errors="replace")
    if kept is None or not compare_digest(kept.state.encode(), state):
        raise SignInError("expired", "the browser has no attempt with this state")
    if callback.error or not callback.code:
        denied = callback.error == "access_denied"
        raise SignInError("denied" if denied else "failed", f"Cognito returned the error {callback.error}")
    issued = cognito.exchange(callback.code, kept.verifier)
    if issued is None:
        raise SignInError("failed", "the code is not valid for this attempt")
    claims = tokens.require_issued_for(kept.nonce, issued)
    cookie = random_text()
    session = _new_session(cookie, claims, issued, agent)
    storage.create(session)
    # Read after the session is stored: `end` finds the stored session of a person who is disabled later.
    try:
        access.profile_of(claims.sub)
    except (Forbidden, Unavailable):
        end([session])  # its cookie reaches no browser
        raise
    return cookie, Access(issued)


def refresh(cookie: str | None) -> Access:
    """Return a new access token for the session with a cookie.

    Concurrent calls take turns, each with the refresh token that the one before received.

    Raises:
        SessionEnded: if there is no such session, or the person may not act any more.
        Unavailable: if a service does not respond, or other calls take too long.
    """
    with _leased(cookie) as (session, lease):
        if session is None:
            raise SessionEnded("sign in again")
        issued = _issued(session)
        claims = tokens.access_claims(issued.access)
        renewed = _renewed(session, claims, issued)
        if not storage.renew(renewed, lease):
            _revoke(renewed)
            raise SessionEnded("the session was ended by another request")
    return Access(issued)


def current(cookie: str | None) -> CurrentSession:
    """Return the session with a cookie, and all sessions of its person.

    Raises:
        NoSession: if there is none.
    """
    session = storage.read(id_of(cookie)) if cookie else None
    if session is None:
        raise NoSession("sign in first")
    others = [other for other in storage.list_of(session.subject) if other.id != session.id]
    return CurrentSession(
        subject=session.subject,
        email=session.email,
        name=session.name,
        scopes=tuple(sorted(session.scopes.split())),
        expires_at=clock.timestamp(session.access_expires_at),
        sessions=(_summary(session, current=True), *(_summary(other, current=False) for other in others)),
    )


def sign_out(cookie: str | None, *, everywhere: bool) -> None:
    """End the session with a cookie, or every session of its person; without a session, do nothing.

    Raises:
        Unavailable: if a service does not respond; the session may still exist, so the call can be repeated.
    """
    with _leased(cookie) as (session, _):
        if session is None:
            return
        if everywhere:
            cognito.sign_out_everywhere(session.username)
            # The index may not show the current session yet.
            sessions = {each.id: each for each in (*storage.list_of(session.subject), session)}
            end(sessions.values())
        else:
            _revoke(session)
            end([session])


def end(sessions: Iterable[Session]) -> None:
    """Delete sessions, and publish that they have ended, which closes their WebSockets.

    The events are published first: if that fails, a repetition still finds the sessions.
    """
    sessions = list(sessions)
    publish([_ended(session) for session in sessions])
    for session in sessions:
        storage.delete(session.id)


def end_of_person(subject: str) -> None:
    """Delete the sessions of a person who may not act; their tokens and WebSockets are ended elsewhere."""
    for session in storage.list_of(subject):
        storage.delete(session.id)


def logout_url() -> str:
    """Return the address at which Cognito ends its own session of the browser."""
    query = {"client_id": variable("CLIENT_ID"), "logout_uri": f"{variable('PUBLIC_URL')}/signed-out"}
    return f"{variable('LOGIN_URL')}/logout?{urlencode(query)}"


def id_of(cookie: str) -> str:
    """Return the id of the session with a cookie: reading the table is not enough to use a session."""
    from hashlib import sha256

    return sha256(cookie.encode(errors="replace")).hexdigest()


def session_seconds() -> int:
    """Return how long a session lasts, in seconds."""
    return int(variable("SESSION_SECONDS"))


def _new_session(cookie: str, claims: tokens.AccessClaims, issued: tokens.Tokens, agent: str) -> Session:
    session_id, now = id_of(cookie), clock.now()
    return Session(
        id=session_id,
        subject=claims.sub,
        username=claims.username,
        email=claims.email,
        name=claims.name,
        scopes=claims.scope,
        origins=frozenset({claims.origin_jti}),
        refresh_token=cipher.encrypt(issued.refresh, session_id),
        access_expires_at=claims.exp,
        created_at=now,
        last_used_at=now,
        user_agent=agent[:AGENT_CHARACTERS].encode(errors="replace").decode(),
        expires_at=int(time.time()) + session_seconds(),
    )


@contextmanager
def _leased(cookie: str | None) -> Generator[tuple[Session | None, int]]:
    """Reserve the session with a cookie, if there is one: one invocation at a time uses its token.

    A failure ends the lease, so that a repetition need not wait for it.
    """
    session, lease = _lease(id_of(cookie)) if cookie else (None, 0)
    try:
        yield session, lease
    except Exception:
        if session:
            storage.release(session.id, lease)
        raise


def _lease(session_id: str) -> tuple[Session | None, int]:
    """Return a session and its lease; wait while another invocation has it."""
    for _ in attempts():
        try:
            session, lease = storage.lease(session_id) or (None, 0)
        except storage.LeasedError:
            continue
        return (session if session and session.expires_at > time.time() else None), lease
    raise Unavailable("another request uses this session; try again")


def _issued(session: Session) -> tokens.Tokens:
    """Use a session's refresh token.

    Raises:
        SessionEnded: if the person may not act, or Cognito refuses the token; the session is ended.
    """
    try:
        access.profile_of(session.subject)
    except Forbidden as refusal:
        end([session])
        raise SessionEnded(str(refusal)) from refusal
    issued = cognito.refresh(cipher.decrypt(session.refresh_token, session.id))
    if issued is None:
        end([session])
        raise SessionEnded("sign in again")
    return issued


def _revoke(session: Session) -> None:
    """Revoke a session's refresh token, unless it cannot be decrypted or Cognito refuses the call for good.

    Such a session ends too: only its item has the token.

    Raises:
        Unavailable: if a service does not respond.
    """
    from botocore.exceptions import ClientError

    try:
        cognito.revoke(cipher.decrypt(session.refresh_token, session.id))
    except ClientError as error:
        note(notRevoked=aws.code_of(error))


def _renewed(session: Session, claims: tokens.AccessClaims, issued: tokens.Tokens) -> Session:
    return Session(
        id=session.id,
        subject=session.subject,
        username=session.username,
        scopes=claims.scope,
        origins=frozenset({claims.origin_jti}),
        refresh_token=cipher.encrypt(issued.refresh, session.id),
        access_expires_at=claims.exp,
    )


def _ended(session: Session) -> NewEvent:
    state = SessionState(id=session.id, subject=session.subject, origins=sorted(session.origins))
    return NewEvent(
        type="session.ended",
        source=SOURCE,
        id=f"session.ended:{session.id}",
        subject=session.id,
        data=SessionEndedEvent(session=state),
        correlation_id=correlation_id(),
        occurred_at=clock.now(),
        actor=session.subject,
    )


def _summary(session: Session, *, current: bool) -> SessionSummary:
    return SessionSummary(
        id=session.id,
        current=current,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        user_agent=session.user_agent,
    )
