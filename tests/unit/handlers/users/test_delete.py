"""DELETE /users/{userId}."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from handlers.kit.ids import new_id
from handlers.me.read import handler as read_me
from handlers.users.change import handler as change
from handlers.users.delete import handler
from tests.unit.handlers.lambda_ import CORRELATION_ID, Reply, call, request
from tests.unit.handlers.people import claims, create_user

Items = Callable[[str], list[dict[str, Any]]]


class ErrorStatus(NamedTuple):
    """The part of an HTTP response that the SDK reads."""

    status_code: int


def delete(user_id: str, if_match: str | None = None) -> Reply:
    headers = {} if if_match is None else {"If-Match": if_match}
    return call(handler, request("DELETE /users/{userId}", path={"userId": user_id}, headers=headers))


def test_user_is_deleted_with_its_email_identity(items: Items) -> None:
    """The subject of the sign-in is kept, without the user and without an expiry, until it is deleted too."""
    user = call(read_me, request(claims=claims())).body

    reply = delete(user["id"])

    assert reply == (204, {"Cache-Control": "no-store", "X-Correlation-Id": CORRELATION_ID}, None, ())
    assert items("USERS_TABLE") == []
    (subject,) = items("IDENTITIES_TABLE")
    assert subject.pop("deletedAt")["S"].endswith("Z")
    assert subject == {"identity": {"S": f"subject#{claims()['sub']}"}}


@pytest.mark.usefixtures("aws")
def test_second_deletion_is_not_found() -> None:
    """Deleting a deleted user returns 404."""
    user = create_user()

    assert [delete(user["id"]).status, delete(user["id"]).status] == [204, 404]


@pytest.mark.usefixtures("aws")
def test_unknown_user_is_not_found() -> None:
    """Deleting an unknown id returns 404."""
    assert delete(new_id()).status == 404


def test_other_version_is_not_deleted(items: Items) -> None:
    """`If-Match` with another tag than the current one prevents the deletion."""
    user = create_user()

    reply = delete(user["id"], '"2"')

    assert (reply.status, len(items("USERS_TABLE")), len(items("IDENTITIES_TABLE"))) == (412, 1, 1)


def test_user_changed_before_the_deletion_is_deleted_whole(
    items: Items, before_writing: Callable[[Callable[[], object]], None]
) -> None:
    """An address that changed after the user was read is deleted too."""
    user = create_user()
    wanted = request(path={"userId": user["id"]}, body={"email": "new@example.org"})
    before_writing(lambda: call(change, wanted))

    assert delete(user["id"]).status == 204
    assert (items("USERS_TABLE"), items("IDENTITIES_TABLE")) == ([], [])


@pytest.mark.usefixtures("aws")
def test_concurrent_change_fails_if_match(
    before_writing: Callable[[Callable[[], object]], None],
) -> None:
    """`If-Match` is checked when the user is deleted, not only when it is read."""
    user = create_user()
    wanted = request(path={"userId": user["id"]}, body={"name": "B"})
    before_writing(lambda: call(change, wanted))

    assert delete(user["id"], '"1"').status == 412


def test_deletion_is_retried_after_a_transaction_conflict(aws: Any, items: Items) -> None:
    """DynamoDB refuses a write while a transaction includes the item; the version is not affected."""
    user, errors = create_user(), ["TransactionConflictException"]

    def refuse(**_: Any) -> tuple[ErrorStatus, dict[str, Any]] | None:
        return (ErrorStatus(400), {"Error": {"Code": errors.pop()}}) if errors else None

    aws.meta.events.register("before-call.dynamodb.UpdateItem", refuse)
    try:
        assert delete(user["id"]).status == 204
    finally:
        aws.meta.events.unregister("before-call.dynamodb.UpdateItem", refuse)
    assert (errors, items("USERS_TABLE")) == ([], [])
