"""Applies the current state of a profile to its sign-in.

Events may be delivered late, twice, or out of order, so the state is read and not taken from the event. It is
read again after it was applied: of concurrent deliveries, the last one to change the sign-in sees the last
state.
"""

from __future__ import annotations

from handlers.accounts import sign_in
from handlers.kit.errors import Unavailable
from handlers.kit.retry import attempts
from handlers.users import storage
from handlers.users.access import State, state_of


def follow(subject: str) -> str | None:
    """Apply the state of the profile of a subject to its sign-in.

    Returns:
        `skipped` if there is no such sign-in.

    Raises:
        Unavailable: the state changes faster than it can be applied, or a service is busy.
    """
    for _ in attempts():
        state = state_of(subject)
        found = _apply(subject, state)
        if state_of(subject) == state:
            return None if found else "skipped"
    raise Unavailable("the profile changes too often; try again")


def _apply(subject: str, state: State) -> bool:
    """Change the sign-in; return whether it exists."""
    username = sign_in.username_of(subject)
    if state == "deleted":
        found = username is not None and sign_in.delete(username)
        storage.expire_deleted(subject)
        return found
    if username is None:
        return False
    return sign_in.enable(username) if state == "active" else sign_in.disable(username)
