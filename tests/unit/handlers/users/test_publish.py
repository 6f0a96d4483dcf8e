"""The users table's stream, put on the bus."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from handlers.kit import aws as kit
from handlers.kit.errors import Unavailable
from handlers.users import publish
from handlers.users.publish import handler
from tests.unit.handlers.lambda_ import Context

ID = "01a1fe60-d2ca-7f93-a9ee-f0ab47dd44d5"
Sent = list[tuple[str, dict[str, Any]]]


def image(version: int = 1, cause: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """An item of the users table."""
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
    """The same as events tell it."""
    return {
        "id": ID,
        "email": "ada@example.org",
        "name": "Ada",
        "phone": None,
        "status": "active",
        "createdAt": "2026-11-21T13:52:00.714Z",
        "updatedAt": f"2026-11-21T13:52:0{version}.000Z",
        "version": version,
        "subject": None,
        "preferences": {"email": True, "sms": False},
        **changes,
    }


def record(sequence: int = 1, **images: Any) -> dict[str, Any]:
    """A record of the stream: `old`, `new`, or both."""
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
def sent(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What the bus has got: types and details, in their order; events about `Broken` it refuses."""
    taken: Sent = []

    class Bus:
        def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - EventBridge's name
            if any("Broken" in entry["Detail"] for entry in Entries):
                raise ConnectionError("the bus is gone")
            taken.extend((entry["DetailType"], json.loads(entry["Detail"])) for entry in Entries)
            return {"Entries": [{"EventId": "1"} for _ in Entries]}

    client = kit.client
    monkeypatch.setattr(kit, "client", lambda service: Bus() if service == "events" else client(service))
    monkeypatch.setenv("STREAM_FAILURES", "item")
    return taken


def run(*records: dict[str, Any]) -> list[str]:
    """Have a batch published; the sequence numbers that are to come again."""
    answer = handler({"Records": list(records)}, Context())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_new_item_is_a_created_user(sent: Sent) -> None:
    """The event says who is there, since when, by whose request."""
    assert run(record(new=image())) == []
    assert sent == [
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


def test_changed_item_is_an_updated_user_with_what_changed(sent: Sent) -> None:
    """The event tells both states, and names the fields that differ besides the version and its time."""
    after = image(
        2,
        name={"S": "Ada King"},
        phone={"S": "+442079460000"},
        preferences={"M": {"email": {"BOOL": True}, "sms": {"BOOL": True}}},
        subject={"S": "subject-1"},
    )

    run(record(old=image(), new=after))

    ((kind, detail),) = sent
    now = state(
        2,
        name="Ada King",
        phone="+442079460000",
        preferences={"email": True, "sms": True},
        subject="subject-1",
    )
    assert (kind, detail["metadata"]["id"], detail["data"]) == (
        "user.updated",
        f"user.updated:{ID}:2",
        {"user": now, "previous": state(), "changed": ["name", "phone", "subject", "preferences"]},
    )


def test_removed_item_is_a_deleted_user_by_the_request_that_removed_it(sent: Sent) -> None:
    """The cause that was written last is the removal's own."""
    signed = image(cause={"correlationId": {"S": "correlation-2"}})

    run(record(1, old=image(), new=signed), record(2, old=signed))

    assert sent == [
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


def test_item_from_before_there_were_causes_has_its_record_for_one(sent: Sent) -> None:
    """An event never lacks a correlation id."""
    old = image()
    del old["cause"]

    run(record(7, new=old))

    assert sent[0][1]["metadata"]["correlationId"] == f"0123456789abcdef{7:016x}"


def test_changes_of_one_user_go_out_in_their_order(sent: Sent) -> None:
    """However many come in one batch."""
    versions = [image(version, name={"S": f"Ada {version}"}) for version in range(1, 6)]

    run(
        record(1, new=versions[0]),
        *(record(place, old=versions[place - 2], new=versions[place - 1]) for place in range(2, 6)),
    )

    assert [detail["data"]["user"]["version"] for _, detail in sent] == [1, 2, 3, 4, 5]


def test_batch_comes_again_from_where_the_bus_failed(sent: Sent) -> None:
    """What is out stays out, and what follows waits for its turn."""
    broken = image(2, name={"S": "Broken"})

    assert run(record(1, new=image()), record(2, old=image(), new=broken), record(3, old=broken)) == ["2"]
    assert [kind for kind, _ in sent] == ["user.created"]


def test_batch_comes_again_whole_where_the_source_knows_no_part(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run fails then, and nothing is left behind."""
    monkeypatch.setenv("STREAM_FAILURES", "batch")

    with pytest.raises(ConnectionError):
        run(record(1, new=image()), record(2, old=image(), new=image(2, name={"S": "Broken"})))


def test_record_that_nobody_can_read_is_put_aside(sent: Sent, dead_letters: Callable[[], list[Any]]) -> None:
    """It holds up no other, and lies in the dead-letter queue with the reason."""
    poison = record(2, new={**image(), "version": {"N": "many"}})

    assert run(record(1, new=image()), poison, record(3, new=image(), old=image(2, name={"S": "B"}))) == []
    assert [kind for kind, _ in sent] == ["user.created", "user.updated"]
    (letter,) = dead_letters()
    assert (
        letter.reason == "not a change of a user: ValueError: invalid literal for int() with base 10: 'many'"
    )
    assert json.loads(letter.body) == {"reason": letter.reason, "record": poison}


def test_unreadable_record_behind_a_failure_waits_with_the_rest(
    sent: Sent, dead_letters: Callable[[], list[Any]]
) -> None:
    """It comes again with the batch, and is put aside once."""
    broken = record(1, new=image(name={"S": "Broken"}))

    assert run(broken, record(2)) == ["1"]
    assert dead_letters() == []


def test_busy_bus_fails_the_batch_with_its_reason(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stands in the way, the first change that is not out is named."""

    def busy(_: Any) -> None:
        raise Unavailable("busy")

    monkeypatch.setattr(publish, "publish", busy)

    assert run(record(5, new=image())) == ["5"]
