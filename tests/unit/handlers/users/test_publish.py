"""Publishing the users table's stream."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from handlers.events import stream
from handlers.kit import aws as kit
from handlers.kit.errors import Unavailable
from handlers.users.publish import handler
from tests.unit.handlers.lambda_ import Context

ID = "01a1fe60-d2ca-7f93-a9ee-f0ab47dd44d5"
Published = list[tuple[str, dict[str, Any]]]


CHANGED = ["name", "phone", "phoneVerified", "subject", "preferences"]


def image(version: int = 1, cause: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Return an item of the users table."""
    return {
        "id": {"S": ID},
        "email": {"S": "ada@example.org"},
        "emailKey": {"S": "ada@example.org"},
        "name": {"S": "Ada"},
        "status": {"S": "active"},
        "createdAt": {"S": "2026-11-21T13:52:00.714Z"},
        "updatedAt": {"S": f"2026-11-21T13:52:0{version}.000Z"},
        "version": {"N": str(version)},
        "listing": {"S": "users"},
        "cause": {"M": cause or {"correlationId": {"S": "correlation-1"}, "actor": {"S": "admin-1"}}},
        **changes,
    }


def state(version: int = 1, **changes: Any) -> dict[str, Any]:
    """Return the same user as events contain it."""
    return {
        "id": ID,
        "email": "ada@example.org",
        "name": "Ada",
        "phone": None,
        "phoneVerified": False,
        "status": "active",
        "createdAt": "2026-11-21T13:52:00.714Z",
        "updatedAt": f"2026-11-21T13:52:0{version}.000Z",
        "version": version,
        "subject": None,
        "preferences": {"email": True, "sms": False},
        **changes,
    }


def record(sequence: int = 1, **images: Any) -> dict[str, Any]:
    """Return a record of the stream with an `old` image, a `new` image, or both."""
    names = {"old": "OldImage", "new": "NewImage"}
    return {
        "eventID": f"0123456789abcdef{sequence:016x}",
        "eventName": "MODIFY",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_795_269_120,
            "Keys": {"id": {"S": ID}},
            "SequenceNumber": str(sequence),
            **{names[name]: value for name, value in images.items()},
        },
    }


@pytest.fixture
def published(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Published:
    """The published event types and details, in order; the bus fails for events that contain `Broken`."""
    published: Published = []

    class Bus:
        def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - EventBridge's name
            if any("Broken" in entry["Detail"] for entry in Entries):
                raise ConnectionError("the bus is gone")
            published.extend((entry["DetailType"], json.loads(entry["Detail"])) for entry in Entries)
            return {"Entries": [{"EventId": "1"} for _ in Entries]}

    client = kit.client
    monkeypatch.setattr(kit, "client", lambda service: Bus() if service == "events" else client(service))
    monkeypatch.setenv("STREAM_FAILURES", "item")
    return published


def deliver(*records: dict[str, Any]) -> list[str]:
    """Deliver a batch to the function; return the sequence numbers that are to be delivered again."""
    response = handler({"Records": list(records)}, Context())
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def test_new_item_is_a_created_user(published: Published) -> None:
    """The event has the user, the time, the correlation id and the actor."""
    assert deliver(record(new=image())) == []
    assert published == [
        (
            "user.created",
            {
                "metadata": {
                    "id": f"user.created:{ID}:1",
                    "correlationId": "correlation-1",
                    "occurredAt": "2026-11-21T13:52:01.000Z",
                    "actor": "admin-1",
                },
                "data": {"user": state()},
            },
        )
    ]


def test_changed_item_is_an_updated_user(published: Published) -> None:
    """The event has both states and the changed fields, except version and time."""
    after = image(
        2,
        name={"S": "Ada King"},
        phone={"S": "+442079460000"},
        phoneVerified={"BOOL": True},
        preferences={"M": {"email": {"BOOL": True}, "sms": {"BOOL": True}}},
        subject={"S": "subject-1"},
    )

    deliver(record(old=image(), new=after))

    ((kind, detail),) = published
    now = state(
        2,
        name="Ada King",
        phone="+442079460000",
        phoneVerified=True,
        preferences={"email": True, "sms": True},
        subject="subject-1",
    )
    assert (kind, detail["metadata"]["id"], detail["data"]) == (
        "user.updated",
        f"user.updated:{ID}:2",
        {"user": now, "previous": state(), "changed": CHANGED},
    )


def test_deleted_item_has_the_cause_of_the_deletion(published: Published) -> None:
    """The event has the cause that was stored last, just before the deletion."""
    with_cause = image(cause={"correlationId": {"S": "correlation-2"}})

    deliver(record(1, old=image(), new=with_cause), record(2, old=with_cause))

    assert published == [
        (
            "user.deleted",
            {
                "metadata": {
                    "id": f"user.deleted:{ID}:1",
                    "correlationId": "correlation-2",
                    "occurredAt": "2026-11-21T13:52:00Z",
                },
                "data": {"user": state()},
            },
        )
    ]


def test_item_without_a_cause_has_the_record_s_id(published: Published) -> None:
    """The correlation id of such an event is the stream record's id."""
    old = image()
    del old["cause"]

    deliver(record(7, new=old))

    assert published[0][1]["metadata"]["correlationId"] == f"0123456789abcdef{7:016x}"


def test_changes_of_one_user_are_published_in_order(published: Published) -> None:
    """The order is kept within a batch of the stream."""
    versions = [image(version, name={"S": f"Ada {version}"}) for version in range(1, 6)]

    deliver(
        record(1, new=versions[0]),
        *(record(place, old=versions[place - 2], new=versions[place - 1]) for place in range(2, 6)),
    )

    assert [detail["data"]["user"]["version"] for _, detail in published] == [1, 2, 3, 4, 5]


def test_batch_is_delivered_again_from_the_failed_event(published: Published) -> None:
    """Published events are not repeated, and later ones wait."""
    broken = image(2, name={"S": "Broken"})

    assert deliver(record(1, new=image()), record(2, old=image(), new=broken), record(3, old=broken)) == ["2"]
    assert [kind for kind, _ in published] == ["user.created"]


def test_whole_batch_fails_without_partial_batch_support(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The invocation fails, so that the stream delivers the whole batch again."""
    monkeypatch.setenv("STREAM_FAILURES", "batch")

    with pytest.raises(ConnectionError):
        deliver(record(1, new=image()), record(2, old=image(), new=image(2, name={"S": "Broken"})))


def test_unreadable_record_is_dead_lettered(
    published: Published, dead_letters: Callable[[], list[Any]]
) -> None:
    """The other records are published, and the dead-letter queue receives the record with the reason."""
    poison = record(2, new={**image(), "version": {"N": "many"}})

    assert (
        deliver(record(1, new=image()), poison, record(3, new=image(), old=image(2, name={"S": "B"}))) == []
    )
    assert [kind for kind, _ in published] == ["user.created", "user.updated"]
    (message,) = dead_letters()
    assert message.reason == "unreadable change: ValueError: invalid literal for int() with base 10: 'many'"
    assert json.loads(message.body) == {"reason": message.reason, "record": poison}


def test_unreadable_record_after_a_failure_is_not_dead_lettered_yet(
    published: Published, dead_letters: Callable[[], list[Any]]
) -> None:
    """It is delivered again with the batch, and dead-lettered once."""
    broken = record(1, new=image(name={"S": "Broken"}))

    assert deliver(broken, record(2)) == ["1"]
    assert dead_letters() == []


def test_busy_bus_fails_the_batch(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    """The response has the sequence number of the first event that is not published."""

    def busy(_: Any) -> None:
        raise Unavailable("busy")

    monkeypatch.setattr(stream, "publish", busy)

    assert deliver(record(5, new=image())) == ["5"]
