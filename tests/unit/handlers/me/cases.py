"""A request for each status of a person's own operations."""

from __future__ import annotations

from typing import Any

from tests.unit.handlers.contract import Case, operation
from tests.unit.handlers.lambda_ import call, request
from tests.unit.handlers.people import claims, create_user

STALE = {"If-Match": '"9"'}
PLAIN = {"Content-Type": "text/plain"}
LARGE = "x" * 20_000


def disabled() -> None:
    """Add a disabled user with the person's email address."""
    create_user("grace@example.org", status="disabled")


def linked_to_another() -> None:
    """Create the profile of the person's email address for another sign-in."""
    other = claims(sub="another-sign-in", username="another-sign-in")
    assert call(operation("handlers.me.read:handler"), request(claims=other)).status == 200


def person(**arguments: Any) -> dict[str, Any]:
    """Return the arguments of a signed-in person's request."""
    return {"claims": claims(), **arguments}


IDENTITY_TOKEN = {"claims": claims(token_use="id")}

CASES = [
    Case("me.read", 200, person()),
    Case("me.read", 403, IDENTITY_TOKEN),
    Case("me.read", 409, person(), linked_to_another),
    Case("me.read", 503, person(), busy="get_item"),
    Case("me.preferences_read", 200, person()),
    Case("me.preferences_read", 403, IDENTITY_TOKEN),
    Case("me.preferences_read", 409, person(), linked_to_another),
    Case("me.preferences_read", 503, person(), busy="get_item"),
    *(
        case
        for function, good, bad in (
            ("me.change", {"name": "B"}, {"name": ""}),
            ("me.preferences_change", {"sms": True}, {"sms": "yes"}),
        )
        for case in (
            Case(function, 200, person(body=good)),
            Case(function, 400, person(body=bad)),
            Case(function, 403, person(body=good), disabled),
            Case(function, 409, person(body=good), linked_to_another),
            Case(function, 412, person(body=good, headers=STALE)),
            Case(function, 413, person(text=LARGE)),
            Case(function, 415, person(text="{}", headers=PLAIN)),
            Case(function, 503, person(body=good), busy="get_item"),
        )
    ),
]
