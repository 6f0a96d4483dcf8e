"""PATCH /users/{userId}, and POST on the same path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from handlers.kit.ids import new_id
from handlers.users.change import handler
from handlers.users.read import handler as read
from tests.unit.handlers.lambda_ import Context, Reply, call, request
from tests.unit.handlers.people import create_user

Items = Callable[[str], list[dict[str, Any]]]
BeforeWriting = Callable[..., None]


def change(user_id: str, body: Any, if_match: str | None = None, **more: Any) -> Reply:
    headers = {} if if_match is None else {"If-Match": if_match}
    event = request("PATCH /users/{userId}", path={"userId": user_id}, headers=headers, body=body)
    return call(handler, event, **more)


def stored(user_id: str) -> dict[str, Any]:
    return call(read, request(path={"userId": user_id})).body


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    "wanted",
    [
        {"name": "Countess Lovelace"},
        {"phone": "+441234567890"},
        {"phone": None},
        {"status": "disabled"},
        {"email": "lovelace@example.org"},
        {"email": "ADA@example.org"},
        {"name": "A", "phone": None, "status": "disabled", "email": "a@example.org"},
    ],
)
def test_change_sets_only_the_named_fields(wanted: dict[str, Any]) -> None:
    """Only the named fields, the version and the time of the update change."""
    user = create_user(phone="+442079460000")

    reply = change(user["id"], wanted)

    assert (reply.status, reply.headers["ETag"]) == (200, '"2"')
    assert reply.body == {**user, **wanted, "version": 2, "updatedAt": reply.body["updatedAt"]}
    assert reply.body["updatedAt"] >= user["updatedAt"]
    assert stored(user["id"]) == reply.body


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("wanted", [{}, {"name": "Ada"}, {"phone": None}])
def test_change_without_effect_keeps_the_version(wanted: dict[str, Any]) -> None:
    """A change to the current values returns the user and writes nothing."""
    user = create_user()

    reply = change(user["id"], wanted)

    assert (reply.status, reply.headers["ETag"], reply.body) == (200, '"1"', user)


def test_changed_address_is_reserved_and_the_old_one_released(items: Items) -> None:
    """Another user may have the old address afterwards."""
    user = create_user("ada@example.org")
    change(user["id"], {"email": "lovelace@example.org"})

    other = create_user("ada@example.org")

    holders = {item["identity"]["S"]: item["userId"]["S"] for item in items("IDENTITIES_TABLE")}
    assert holders == {"email#lovelace@example.org": user["id"], "email#ada@example.org": other["id"]}


@pytest.mark.usefixtures("aws")
def test_address_of_another_user_is_refused() -> None:
    """A change to an address in use changes no field."""
    create_user("grace@example.org")
    user = create_user("ada@example.org")

    reply = change(user["id"], {"email": "GRACE@example.org", "name": "Grace"})

    assert (reply.status, reply.body["type"], stored(user["id"])) == (409, "/problems/email-taken", user)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("if_match", ["*", '"1"', '"7", "1"', 'W/"1","1"'])
def test_matching_version_is_changed(if_match: str) -> None:
    """`If-Match` with the current tag, in a list too, or with a star permits the change."""
    assert change(create_user()["id"], {"name": "B"}, if_match).status == 200


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("if_match", ['"2"', 'W/"1"', '"01"', '""', '"abc", "2"', '"99999999999999999999"'])
@pytest.mark.parametrize("wanted", [{"name": "B"}, {}])
def test_other_version_is_not_changed(if_match: str, wanted: dict[str, Any]) -> None:
    """Another tag than the current one prevents the change, even one without effect."""
    user = create_user()

    reply = change(user["id"], wanted, if_match)

    assert (reply.status, reply.body["type"]) == (412, "/problems/precondition-failed")
    assert stored(user["id"]) == user


@pytest.mark.parametrize("if_match", ["", "1", '"1', '"1" "2"', '"1",', "* , *", "x" * 513, '"é"'])
def test_malformed_if_match_is_refused(if_match: str) -> None:
    """A header that is not a list of tags is a fault."""
    reply = change(new_id(), {"name": "B"}, if_match)

    assert (reply.status, [error["field"] for error in reply.body["errors"]]) == (400, ["If-Match"])


@pytest.mark.usefixtures("aws")
def test_unknown_user_is_not_found_with_any_if_match() -> None:
    """404 has priority over 412."""
    assert [change(new_id(), {"name": "B"}, tag).status for tag in (None, "*", '"1"')] == [404, 404, 404]


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("operation", "wanted"),
    [
        ("UpdateItem", {}),
        ("TransactWriteItems", {"phone": None}),
        ("TransactWriteItems", {"email": "b@x.org"}),
    ],
    ids=["independent", "phone", "email"],
)
def test_concurrent_changes_are_both_stored(
    before_writing: BeforeWriting, operation: str, wanted: dict[str, Any]
) -> None:
    """A change between reading and writing is not lost; the other is applied to its result."""
    user = create_user(phone="+442079460000")
    before_writing(lambda: change(user["id"], {"phone": "+441234567890"}), operation)

    reply = change(user["id"], {"name": "B", **wanted})

    expected = {**user, "phone": "+441234567890", "name": "B", **wanted}
    assert reply.body == {**expected, "version": 3, "updatedAt": reply.body["updatedAt"]}
    assert stored(user["id"]) == reply.body


@pytest.mark.usefixtures("aws")
def test_concurrent_changes_of_one_field_are_both_written(before_writing: BeforeWriting) -> None:
    """The last one remains, each has a version of its own, and neither has to read the user again."""
    user = create_user()
    before_writing(lambda: change(user["id"], {"name": "A"}), "UpdateItem")

    reply = change(user["id"], {"name": "B"}, context=Context(remaining_milliseconds=4_900))

    assert (reply.status, reply.body["name"], reply.body["version"]) == (200, "B", 3)


@pytest.mark.usefixtures("aws")
def test_equal_concurrent_changes_are_one(before_writing: BeforeWriting) -> None:
    """The second one changes nothing, so the version stays the same."""
    user = create_user()
    before_writing(lambda: change(user["id"], {"name": "B"}), "UpdateItem")

    reply = change(user["id"], {"name": "B"})

    assert (reply.status, reply.body["version"]) == (200, 2)


@pytest.mark.usefixtures("aws")
def test_concurrent_change_fails_if_match(before_writing: BeforeWriting) -> None:
    """`If-Match` is checked when the user is written, not only when it is read."""
    user = create_user()
    before_writing(lambda: change(user["id"], {"phone": "+441234567890"}))

    assert change(user["id"], {"name": "B"}, '"1"').status == 412


@pytest.mark.usefixtures("aws")
def test_user_deleted_before_the_write_is_not_created_again(before_writing: BeforeWriting) -> None:
    """A change does not restore a user that another request has deleted."""
    from handlers.users.delete import handler as delete

    user = create_user()
    before_writing(lambda: call(delete, request(path={"userId": user["id"]})), "UpdateItem")

    assert change(user["id"], {"name": "B"}).status == 404


def test_repeated_version_conflicts_end_with_503(stubbed: Stubber) -> None:
    """After repeated version conflicts the response is 503, before Lambda stops the function."""
    user_id = new_id()
    item = {name: {"S": "x"} for name in ("email", "name", "createdAt", "updatedAt")}
    item |= {"id": {"S": user_id}, "version": {"N": "1"}}
    stubbed.add_response("get_item", {"Item": item})
    stubbed.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": "ConditionalCheckFailed"}]},
    )

    reply = change(user_id, {"phone": "+441234567890"}, context=Context(remaining_milliseconds=4_900))

    assert (reply.status, reply.headers["Retry-After"]) == (503, "1")


@pytest.mark.parametrize("field", ["id", "version", "createdAt", "subject"])
def test_field_of_the_platform_is_refused(field: str) -> None:
    """Fields that the platform sets cannot be changed."""
    reply = change(new_id(), {field: "x"})

    detail = "unknown; expected one of email, name, phone, status"
    assert (reply.status, reply.body["errors"]) == (400, [{"field": f"/{field}", "detail": detail}])


@pytest.mark.parametrize("field", ["email", "name", "status"])
def test_only_the_phone_may_be_null(field: str) -> None:
    """Fields that every user has cannot be removed."""
    reply = change(new_id(), {field: None})

    assert (reply.status, [error["field"] for error in reply.body["errors"]]) == (400, [f"/{field}"])


@pytest.mark.usefixtures("aws")
def test_merge_patch_content_type_is_accepted() -> None:
    """The body is a JSON merge patch (RFC 7396) and may have its media type."""
    event = request(
        path={"userId": create_user()["id"]},
        text='{"name":"B"}',
        headers={"Content-Type": "application/merge-patch+json"},
    )

    assert call(handler, event).status == 200
