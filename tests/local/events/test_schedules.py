"""What is done at its time, as the schedules ask for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.local.events.bus import dead_letter
from tests.local.platform import Platform
from tests.local.realtime.browser import table

ADMIN = "admin@example.com"


def test_administrators_are_told_of_a_day_s_new_users_once(platform: Platform) -> None:
    """The digest names who was new, and a second run for the same day sends nothing."""
    user = platform.create(name=f"New {uuid4().hex}")
    forget_digest(platform)
    before = len(platform.mails(ADMIN))

    for _ in range(2):
        platform.invoke("notifications-digest", tomorrow())
    (mail,) = platform.mails(ADMIN)[before:]

    assert mail["Subject"].startswith(f"New users on {today()}: ")
    assert f"{user['name']} <{user['email']}>" in mail["BodyText"].splitlines()


def test_depth_of_dead_letters_is_reported(platform: Platform) -> None:
    """A message that waits in a dead-letter queue counts in that queue's metric, and stays where it is."""
    name, waiting = "audit-events-dead-letters", uuid4().hex
    url = platform.outputs["deadLetters"][name]["url"]
    platform.cloud.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(waiting))

    platform.invoke("operations-dead-letters", {})
    now = datetime.now(UTC)
    points = platform.cloud.client("cloudwatch").get_metric_statistics(
        Namespace="Strata",
        MetricName="DeadLetters",
        Dimensions=[{"Name": "Stack", "Value": "local"}, {"Name": "Queue", "Value": name}],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        Period=60,
        Statistics=["Maximum"],
    )["Datapoints"]
    body, _ = dead_letter(platform, name, waiting)

    assert (max(point["Maximum"] for point in points), body) == (1, waiting)


def forget_digest(platform: Platform) -> None:
    """Take out of the ledger that the digest of today was sent."""
    client, effects = platform.cloud.client("dynamodb"), table(platform, "effects")
    pages = client.get_paginator("scan").paginate(TableName=effects, ProjectionExpression="id")
    for item in pages.build_full_result()["Items"]:
        if item["id"]["S"].startswith(f"digest-mail:{today()}:"):
            client.delete_item(TableName=effects, Key=item)


def tomorrow() -> dict[str, str]:
    """What the schedule says to the digest that is about today."""
    return {"time": (datetime.now(UTC) + timedelta(days=1)).isoformat()}


def today() -> str:
    """The day, in UTC."""
    return datetime.now(UTC).date().isoformat()
