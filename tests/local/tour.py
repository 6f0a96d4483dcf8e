"""Everywhere once: each route, consumer and schedule, and each way through it that touches something else."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from operate import partners
from tests.local.events.bus import MOMENT, dead_letter
from tests.local.events.senders import (
    deliver,
    digest_request,
    feedback,
    forget_digest,
    order_placed,
    payment,
    phone_number,
    replace_secret,
    send_event,
)
from tests.local.platform import Platform, address, until
from tests.local.realtime.browser import Session, connected, created, publish, receive, request, table, visit
from tests.local.users.profiles import newcomer, profile
from tests.unit.handlers.webhooks.stripe_sender import signature

CONSUMERS = {
    "audit-record": "audit-events",
    "notifications-feedback": "mail-feedback",
    "notifications-send": "notifications",
    "realtime-push": "realtime-events",
}
"""The functions behind queues, and their queues."""


def tour(platform: Platform) -> None:
    """Go everywhere, and wait until what is done in the background is done."""
    _users(platform)
    _own_profile(platform)
    _partners(platform)
    _webhooks(platform)
    _realtime(platform)
    _notifications(platform)
    _schedules(platform)
    _poison(platform)


def _users(platform: Platform) -> None:
    user = platform.create()
    path = f"/users/{user['id']}"
    platform.ask(
        "POST",
        "/users",
        platform.admin,
        json={"email": address(), "name": "x"},
        headers={"Idempotency-Key": address()},
    )
    platform.ask("GET", "/users", platform.admin)
    platform.ask("GET", "/users", platform.admin, params={"email": user["email"]})
    platform.ask("GET", path, platform.admin)
    platform.ask("PATCH", path, platform.admin, json={"email": address()})
    platform.ask("DELETE", path, platform.admin)
    until(lambda: platform.mails(user["email"]))


def _own_profile(platform: Platform) -> None:
    for path, body in {"/me": {"name": "Renamed"}, "/me/preferences": {"email": False}}.items():
        for method in ("GET", "PATCH"):
            with newcomer(platform) as token:
                platform.ask(method, path, token, json=body)
                platform.ask(method, path, token, json=body)
            with newcomer(platform, email=platform.create()["email"]) as token:
                platform.ask(method, path, token, json=body)
                profile(platform, token)


def _partners(platform: Platform) -> None:
    key = partners.add(platform.operated, f"p{uuid4().hex[:12]}")
    assert send_event(platform, key, order_placed()).status_code == 202


def _webhooks(platform: Platform) -> None:
    secret = replace_secret(platform)
    with _without(platform, "webhooks-receive", "EVENT_BUS"):
        text = payment()
        assert deliver(platform, text, signature(text, secret)).status_code == 500


@contextmanager
def _without(platform: Platform, function: str, variable: str) -> Iterator[None]:
    """A function that lacks an environment variable for a while, and cannot do what it should."""
    client, name = platform.cloud.client("lambda"), platform.functions[function]["FunctionName"]
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    rest = {key: value for key, value in variables.items() if key != variable}
    client.update_function_configuration(FunctionName=name, Environment={"Variables": rest})
    try:
        yield
    finally:
        client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


def _realtime(platform: Platform) -> None:
    gone = {"audience": {"S": "everything"}, "connectionId": {"S": f"gone-{uuid4().hex}"}}
    client, connections = platform.cloud.client("dynamodb"), table(platform, "connections")
    client.put_item(TableName=connections, Item={**gone, "openAt": {"N": f"{int(time.time()) - 60}"}})

    async def talked(session: Session) -> Any:
        async with connected(session, platform.admin) as socket:
            said = [await request(socket, {"action": name}) for name in ("ping", "dance", "resume")]
            publish(platform, created())
            while (await receive(socket))["type"] != "event":
                pass
            return [*said, await request(socket, {"action": "resume", "token": said[2]["token"]})]

    said = visit(platform, talked)
    assert [message["type"] for message in said] == ["pong", "error", "resumed", "event"]
    until(lambda: "Item" not in client.get_item(TableName=connections, Key=gone))


def _notifications(platform: Platform) -> None:
    phone, about = phone_number(), [{"emailAddress": address()}]
    with newcomer(platform) as token:
        platform.ask("PATCH", "/me", token, json={"phone": phone})
        platform.ask("PATCH", "/me/preferences", token, json={"sms": True})
        until(lambda: platform.texts(phone))
    bounce = {"bounceType": "Permanent", "bouncedRecipients": about, "timestamp": MOMENT}
    for told in (
        feedback(platform, "Bounce", uuid4().hex, bounce),
        feedback(platform, "Delivery", uuid4().hex, {}, effect=f"welcome-mail:{uuid4()}"),
    ):
        until(lambda event_id=told: platform.outcomes("notifications-feedback", event_id), ["done"])


def _schedules(platform: Platform) -> None:
    forget_digest(platform)
    platform.invoke("notifications-digest", digest_request())
    platform.invoke("operations-dead-letters", {})


def _poison(platform: Platform) -> None:
    """What nobody can read, for everyone who reads something."""
    poison = f"poison-{uuid4().hex}"
    item = {"id": {"S": poison}}
    client, users = platform.cloud.client("dynamodb"), table(platform, "users")
    client.put_item(TableName=users, Item=item)
    client.delete_item(TableName=users, Key=item)
    queues = platform.operated.dead_letters
    for queue in CONSUMERS.values():
        url = queues[f"{queue}-dead-letters"].to
        platform.cloud.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(poison))
    for queue in ("users-publish", "users-publish", *CONSUMERS.values()):
        dead_letter(platform, f"{queue}-dead-letters", poison)
