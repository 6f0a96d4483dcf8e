"""Scheduled functions."""

from __future__ import annotations

import json
from uuid import uuid4

from tests.local.events.bus import dead_letter
from tests.local.events.senders import digest_request, forget_digest, today
from tests.local.platform import Platform, until

ADMIN = "admin@example.com"


def test_digest_of_new_users_is_sent_once_a_day(platform: Platform) -> None:
    """The digest lists the new users, and a second run for the same day sends nothing."""
    user = platform.create(name=f"New {uuid4().hex}")
    forget_digest(platform)
    before = len(platform.mails(ADMIN))

    for _ in range(2):
        platform.invoke("notifications-digest", digest_request())
    (mail,) = platform.mails(ADMIN)[before:]

    assert mail["Subject"].startswith(f"New users on {today()}: ")
    assert f"{user['name']} <{user['email']}>" in mail["BodyText"].splitlines()


def test_depth_of_dead_letters_is_logged(platform: Platform) -> None:
    """The log line counts a message in a dead-letter queue, which remains in the queue."""
    name, waiting = "audit-events-dead-letters", uuid4().hex
    url = platform.outputs["deadLetters"][name]["url"]
    platform.cloud.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(waiting))

    platform.invoke("operations-dead-letters", {})
    line = until(lambda: platform.lines("operations-dead-letters", name))[-1]
    body, _ = dead_letter(platform, name, waiting)

    assert (line["waiting"][name], body) == (1, waiting)
