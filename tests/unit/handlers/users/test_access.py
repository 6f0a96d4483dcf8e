"""A person whose profile is disabled or deleted may not act, whatever their token allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from handlers.realtime.ticket import handler as ticket
from handlers.users.change import handler as change
from handlers.users.list import handler as list_users
from tests.unit.handlers.lambda_ import Reply, call, request
from tests.unit.handlers.people import claims, create_user, delete, disable, enable, link

pytestmark = pytest.mark.usefixtures("aws")
SUBJECT = claims()["sub"]
CASES = pytest.mark.parametrize(
    ("block", "problem"),
    [(disable, "/problems/profile-disabled"), (delete, "/problems/profile-deleted")],
)


def statuses(**given: str) -> list[int]:
    """Return the statuses of a request for a ticket and of one for the list of users."""
    return [call(handler, request(claims=claims(**given))).status for handler in (ticket, list_users)]


@CASES
@pytest.mark.parametrize("operation", [ticket, list_users])
def test_blocked_person_is_refused_with_the_reason(
    operation: Any, block: Callable[[str], None], problem: str
) -> None:
    """The token is still valid, and the refusal names the state of the profile."""
    block(link(SUBJECT))

    reply: Reply = call(operation, request(claims=claims()))

    assert (reply.status, reply.body["type"]) == (403, problem)


def test_enabled_person_may_act_again() -> None:
    """Enabling reverses disabling."""
    user_id = link(SUBJECT)
    disable(user_id)
    enable(user_id)

    assert statuses() == [201, 200]


def test_disabled_administrator_cannot_enable_themselves() -> None:
    """The token of an administrator stays valid for an hour."""
    user_id = link(SUBJECT)
    disable(user_id)

    reply = call(change, request(claims=claims(), path={"userId": user_id}, body={"status": "active"}))

    assert (reply.status, reply.body["type"]) == (403, "/problems/profile-disabled")


def test_person_without_a_profile_may_act() -> None:
    """An administrator needs no profile of their own."""
    assert statuses() == [201, 200]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [403, 403]),
        ({"email_verified": "false"}, [201, 200]),
        ({"email": "another@example.org"}, [201, 200]),
        ({"email": ""}, [201, 200]),
    ],
)
def test_disabled_profile_that_is_not_linked_blocks_the_owner_of_its_address(
    given: dict[str, str], expected: list[int]
) -> None:
    """An unverified address may belong to another person."""
    create_user("grace@example.org", status="disabled")

    assert statuses(**given) == expected


def test_disabled_profile_of_another_sign_in_blocks_no_one_else() -> None:
    """Two sign-ins with the same address are different people."""
    disable(link("another-sign-in"))

    assert statuses() == [201, 200]


def test_program_has_no_profile() -> None:
    """The token of a machine client is not checked, although its subject looks like a deleted one."""
    delete(link("reporting"))

    assert statuses(sub="reporting", client_id="reporting", username="") == [201, 200]
