"""Messages that cannot be processed: they are dead-lettered, reported and redriven, and others continue."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest

from handlers.events.catalogue import CATALOGUE
from handlers.events.effect import DOUBT_SECONDS
from operate.dead_letter_queues import peek
from tests.local.events.bus import dead_letter, metadata, put
from tests.local.events.senders import TEXT, phone_number
from tests.local.platform import Platform, until
from tests.local.realtime.browser import created, table
from tests.local.users.profiles import newcomer, verify_phone

RECEIVES = 5


@pytest.mark.parametrize(
    ("detail_type", "data", "reason", "consumers"),
    [
        (
            "user.created",
            {"user": {"id": "u-1"}},
            "/detail/data/user: Object missing required field `email`",
            ["notifications", "realtime-events"],
        ),
        ("user.created", None, "/detail/data: missing", ["notifications", "realtime-events"]),
        (
            "user.renamed",
            {},
            f"detail-type: 'user.renamed': expected one of {', '.join(CATALOGUE)}",
            ["realtime-events"],
        ),
    ],
)
def test_event_that_violates_its_schema_is_dead_lettered_at_once(
    platform: Platform, detail_type: str, data: Any, reason: str, consumers: list[str]
) -> None:
    """Each consumer dead-letters it unchanged with the reason and continues; the audit trail has it too."""
    about = metadata()
    bad, good = {"metadata": about} if data is None else {"metadata": about, "data": data}, created()

    put(platform, "strata.users", detail_type, bad)
    put(platform, "strata.users", "user.created", good)

    found = [dead_letter(platform, f"{name}-dead-letters", about["id"]) for name in consumers]
    (recorded,) = until(lambda: platform.trail(about["correlationId"]))
    assert found == [(recorded, reason)] * len(consumers)
    assert recorded["detail"] == bad
    assert until(lambda: platform.outcomes("realtime-push", good["metadata"]["id"])) == ["done"]
    assert until(lambda: platform.outcomes("notifications-send", good["metadata"]["id"])) == ["skipped"]


def test_unreadable_change_does_not_block_the_stream(platform: Platform) -> None:
    """The record is dead-lettered with the reason, and later changes are published."""
    item = {"id": {"S": f"poison-{uuid4().hex}"}}
    client, users = platform.cloud.client("dynamodb"), table(platform, "users")

    client.put_item(TableName=users, Item=item)
    user = platform.create()
    body, reason = dead_letter(platform, "users-publish-dead-letters", item["id"]["S"])
    client.delete_item(TableName=users, Key=item)
    dead_letter(platform, "users-publish-dead-letters", item["id"]["S"])

    assert reason == "unreadable change: ValidationError: Object missing required field `email`"
    assert (body["reason"], body["record"]["eventName"]) == (reason, "INSERT")
    assert body["record"]["dynamodb"]["NewImage"] == item
    until(lambda: platform.mails(user["email"]))


def test_message_that_keeps_failing_is_dead_lettered_and_redriven(platform: Platform) -> None:
    """A text message in doubt is received five times and dead-lettered; a later redrive sends it once."""
    with newcomer(platform) as token, short_visibility(platform, "notifications"):
        phone = phone_number()
        own = verify_phone(platform, token, phone)
        (code,) = platform.texts(phone)
        until(lambda: platform.outcomes("notifications-send", f"user.updated:{own['id']}:3"), ["skipped"])
        begun(platform, f"welcome-sms:{own['id']}", seconds_ago=0)

        platform.ask("PATCH", "/me/preferences", token, json={"sms": True})
        event_id = f"user.updated:{own['id']}:4"
        until(lambda: platform.outcomes("notifications-send", event_id), ["failed"] * RECEIVES)
        until(lambda: event_id in waiting(platform, "notifications-dead-letters"))
        assert platform.texts(phone) == [code]

        begun(platform, f"welcome-sms:{own['id']}", seconds_ago=DOUBT_SECONDS + 1)
        (done,) = platform.operate("dlq", "redrive", "notifications-dead-letters")
        until(lambda: platform.outcomes("notifications-send", event_id), ["failed"] * RECEIVES + ["done"])

    errors = {line.get("error") for line in platform.logged("notifications-send", event_id)}
    assert errors == {f"InDoubt: welcome-sms:{own['id']}: begun before, outcome unknown", None}
    assert (done["name"], done["left"]) == ("notifications-dead-letters", {})
    assert platform.texts(phone) == [code, TEXT]


def begun(platform: Platform, effect: str, seconds_ago: int) -> None:
    """Record an effect as begun, as a process does that ends before the effect is done."""
    at = int(time.time()) - seconds_ago
    item = {"id": {"S": effect}, "state": {"S": "begun"}, "at": {"N": str(at)}}
    platform.cloud.client("dynamodb").put_item(
        TableName=table(platform, "effects"), Item={**item, "expiresAt": {"N": str(at + 86_400)}}
    )


@contextmanager
def short_visibility(platform: Platform, name: str) -> Iterator[None]:
    """Set a queue's visibility timeout to one second, and restore it afterwards."""
    sqs, url = platform.cloud.client("sqs"), platform.outputs["deadLetters"][f"{name}-dead-letters"]["to"]
    attribute = "VisibilityTimeout"
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[attribute])["Attributes"][attribute]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={attribute: "1"})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={attribute: before})


def waiting(platform: Platform, name: str) -> list[str | None]:
    """Return the ids of the events in a dead-letter queue."""
    target = platform.operated
    return [message.event_id for message in peek(target, target.dead_letters[name], limit=100)]
