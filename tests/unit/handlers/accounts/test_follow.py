"""The sign-in follows the status and the deletion of a profile."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from handlers.accounts.follow import handler
from handlers.users import storage
from tests.unit.handlers.accounts.conftest import Pool
from tests.unit.handlers.events.samples import USER, batch, document, message, outcomes
from tests.unit.handlers.lambda_ import Context
from tests.unit.handlers.people import create_user, delete, disable, enable, link

Items = Callable[[str], list[dict[str, Any]]]
DISABLED = ["AdminUserGlobalSignOut", "AdminDisableUser"]


def deliver(subject: str | None = "ada", status: str = "active", remaining: int = 10_000) -> int:
    """Deliver an event with a status that may be outdated; return the number of failed messages."""
    user = {**USER, "subject": subject, "status": status}
    data = {"user": user, "previous": user, "changed": ["status"]}
    response = handler(batch(message(document("user.updated", data=data))), Context(remaining))
    return len(response["batchItemFailures"])


def test_disabled_person_cannot_sign_in_and_is_signed_out(pool: Pool) -> None:
    """Tokens are revoked before the sign-in is disabled."""
    pool.add("ada")
    disable(link("ada"))

    assert deliver() == 0
    assert (pool.users, pool.calls) == ({"ada": False}, DISABLED)


def test_refused_sign_out_of_a_disabled_person_is_ignored(pool: Pool) -> None:
    """Cognito may refuse it when the event is delivered again."""
    pool.add("ada")
    disable(link("ada"))
    pool.failures = ["NotAuthorizedException"]

    assert deliver() == 0
    assert (pool.users, pool.calls) == ({"ada": False}, ["AdminDisableUser"])


def test_enabled_person_can_sign_in_again(pool: Pool) -> None:
    """Enabling reverses disabling."""
    pool.add("ada")
    user_id = link("ada")
    disable(user_id)
    deliver()
    enable(user_id)

    assert deliver() == 0
    assert pool.users == {"ada": True}


def test_person_of_an_identity_provider_is_found_by_the_subject(pool: Pool) -> None:
    """Cognito's user name of such a person is not the subject."""
    pool.add("bob")
    pool.add("ada", "Google_1234")
    disable(link("ada"))

    assert deliver() == 0
    assert pool.users == {"bob": True, "Google_1234": False}


@pytest.mark.parametrize("status", ["active", "disabled"])
def test_late_event_does_not_win(pool: Pool, status: str) -> None:
    """The current status is applied, whatever the event's status is."""
    pool.add("ada")
    user_id = link("ada")
    disable(user_id)
    enable(user_id)

    assert deliver(status=status) == 0
    assert pool.users == {"ada": True}


def test_concurrent_deliveries_end_with_the_last_state(pool: Pool) -> None:
    """A delivery whose status changes between reading and applying applies the newer one too."""
    pool.add("ada")
    user_id = link("ada")
    disable(user_id)
    pool.before_change = [lambda: (enable(user_id), deliver())]

    assert deliver() == 0
    assert (pool.users, pool.calls) == ({"ada": True}, ["AdminEnableUser", *DISABLED, "AdminEnableUser"])


def test_sign_in_of_a_deleted_user_is_deleted(pool: Pool, items: Items) -> None:
    """From then on the subject is kept for a day, longer than any access token is valid."""
    pool.add("ada")
    delete(link("ada"))
    before = int(time.time())

    assert deliver() == 0
    assert pool.users == {}
    (subject,) = items("IDENTITIES_TABLE")
    assert before + 86_400 <= int(subject["expiresAt"]["N"]) <= time.time() + 86_400


def test_subject_is_kept_while_its_sign_in_cannot_be_deleted(pool: Pool, items: Items) -> None:
    """The person could still get tokens, so the record must not expire."""
    pool.add("ada")
    delete(link("ada"))
    pool.failures = ["InternalErrorException"]

    assert deliver() == 1
    assert ["expiresAt" in item for item in items("IDENTITIES_TABLE")] == [False]
    assert deliver() == 0
    assert ["expiresAt" in item for item in items("IDENTITIES_TABLE")] == [True]


@pytest.mark.parametrize("change", [disable, delete])
def test_repeated_delivery_changes_nothing(pool: Pool, change: Callable[[str], None]) -> None:
    """The call is idempotent."""
    pool.add("ada")
    change(link("ada"))
    deliver()
    users = dict(pool.users)

    assert deliver() == 0
    assert pool.users == users


def test_sign_in_of_a_profile_that_was_created_again_is_kept(pool: Pool, aws: Any) -> None:
    """An old deletion, replayed from the archive, does not touch the sign-in of a later profile."""
    pool.add("ada")
    delete(link("ada"))
    aws.delete_item(TableName="identities-1a2b3c", Key={"identity": {"S": "subject#ada"}})
    link("ada")

    assert deliver() == 0
    assert pool.users == {"ada": True}


@pytest.mark.parametrize("change", [disable, enable])
def test_missing_sign_in_is_skipped(pool: Pool, log: Any, change: Callable[[str], None]) -> None:
    """An operator may have deleted it in Cognito."""
    change(link("ada"))

    assert deliver() == 0
    assert (pool.calls, outcomes(log)[-1]) == ([], "skipped")


def test_sign_in_that_is_deleted_meanwhile_is_skipped(pool: Pool, log: Any) -> None:
    """A user name that Cognito no longer knows is not an error."""
    pool.add("ada")
    disable(link("ada"))
    pool.before_change = [pool.users.clear]

    assert deliver() == 0
    assert outcomes(log)[-1] == "skipped"


def test_user_without_a_sign_in_is_skipped(pool: Pool, log: Any) -> None:
    """The first request of the person reads the status."""
    create_user(status="disabled")

    assert deliver(None) == 0
    assert (pool.calls, outcomes(log)[-1]) == ([], "skipped")


@pytest.mark.parametrize(
    "code", ["TooManyRequestsException", "InternalErrorException", "AccessDeniedException"]
)
def test_failure_is_retried(pool: Pool, code: str) -> None:
    """A change that Cognito refuses fails the message."""
    pool.add("ada")
    disable(link("ada"))
    pool.failures = [code]

    assert deliver() == 1


def test_expiry_of_an_unknown_subject_changes_nothing(pool: Pool, items: Items) -> None:
    """The record may have expired already, and that of a user who exists is not touched."""
    del pool
    link("ada")
    before = items("IDENTITIES_TABLE")

    storage.expire_deleted("ada")
    storage.expire_deleted("unknown")

    assert items("IDENTITIES_TABLE") == before
