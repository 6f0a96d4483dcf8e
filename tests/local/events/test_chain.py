"""The path of a change through stream, bus and queues to the audit trail, the email and the browser."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from tests.local.events.bus import pushes, subscribed
from tests.local.platform import Platform, address, until
from tests.local.realtime.browser import Session, connected, subject, visit
from tests.local.users.profiles import newcomer, profile

CHANGES = 20
STEPS = {
    "users-publish": "published",
    "audit-record": "done",
    "notifications-send": "done",
    "realtime-push": "done",
}
"""The functions that handle the event of a new user, and their outcomes."""

CORRELATION = "X-Correlation-Id"


def test_new_user_reaches_every_consumer_once(platform: Platform) -> None:
    """Email, audit record and push each occur once and have the correlation id of the request."""
    email, token = address(), platform.admin

    async def watched(session: Session) -> Any:
        async with connected(session, token) as socket:
            created = await asyncio.to_thread(
                platform.ask, "POST", "/users", token, json={"email": email, "name": "Ada Lovelace"}
            )
            correlation_id = created.headers[CORRELATION]
            event_id = f"user.created:{created.json()['id']}:1"
            for function, outcome in STEPS.items():
                outcomes = partial(platform.outcomes, function, event_id)
                await asyncio.to_thread(until, outcomes, [outcome])
            return created, event_id, await pushes(socket, correlation_id)

    with subscribed(platform) as subscriber:
        created, event_id, pushed = visit(platform, watched)
        correlation_id, user = created.headers[CORRELATION], created.json()
        delivered = subscriber.delivered(correlation_id)
    until(lambda: platform.trail(correlation_id))
    hops = platform.operate("trace", correlation_id)["hops"]

    metadata = {"id": event_id, "correlationId": correlation_id, "occurredAt": user["createdAt"]}
    state = {**user, "preferences": {"email": True, "sms": False}, "subject": None}
    assert [(event["source"], event["detail-type"], event["detail"]) for event in delivered] == [
        (
            "strata.users",
            "user.created",
            {"metadata": {**metadata, "actor": subject(token)}, "data": {"user": state}},
        )
    ]
    assert platform.trail(correlation_id) == delivered, (
        "the audit trail has the events as the bus delivers them"
    )
    assert [(mail["Source"], mail["Subject"]) for mail in platform.mails(email)] == [
        ("no-reply@example.com", "Welcome to Strata")
    ]
    assert pushed == [{**metadata, "type": "user.created", "source": "strata.users", "data": {"user": user}}]
    assert steps(hops) == [
        ("users-create", "POST /users", "201"),
        ("users-publish", "user.created", "published"),
        ("audit-record", "user.created", "done"),
        ("notifications-send", "user.created", "done"),
        ("realtime-push", "user.created", "done"),
        ("realtime-push", "push", "sent"),
    ]
    assert [hop["offsetMs"] for hop in hops] == sorted(hop["offsetMs"] for hop in hops)


def test_update_has_both_states_and_the_caller(platform: Platform) -> None:
    """The event has the user before and after, the changed fields, the correlation id and the actor."""
    before = platform.create(phone="+15551234567")

    changed = platform.ask(
        "PATCH", f"/users/{before['id']}", platform.admin, json={"name": "Countess", "phone": None}
    )
    event = _only_event(platform, changed.headers[CORRELATION])

    after, rest = changed.json(), {"preferences": {"email": True, "sms": False}, "subject": None}
    assert event == {
        "metadata": {
            "id": f"user.updated:{before['id']}:2",
            "correlationId": changed.headers[CORRELATION],
            "occurredAt": after["updatedAt"],
            "actor": subject(platform.admin),
        },
        "data": {
            "user": {**after, **rest},
            "previous": {**before, **rest},
            "changed": ["name", "phone"],
        },
    }


def test_deletion_has_the_correlation_id_and_the_actor_of_its_request(platform: Platform) -> None:
    """The event does not have those of an earlier change."""
    user = platform.create()

    deleted = platform.ask("DELETE", f"/users/{user['id']}", platform.machine("provisioning"))
    event = _only_event(platform, deleted.headers[CORRELATION])

    assert deleted.status_code == 204
    metadata = event["metadata"]
    assert (metadata["correlationId"], metadata["actor"]) == (
        deleted.headers[CORRELATION],
        subject(platform.machine("provisioning")),
    )
    assert (event["data"]["user"]["id"], event["data"]["user"]["name"]) == (user["id"], user["name"])


def test_own_event_reaches_the_user_s_browser(platform: Platform) -> None:
    """A signed-in user receives the change that an administrator makes, with its correlation id."""
    with newcomer(platform) as token:
        own = profile(platform, token)

        async def watched(session: Session) -> Any:
            async with connected(session, token) as socket:
                changed = await asyncio.to_thread(
                    platform.ask, "PATCH", f"/users/{own['id']}", platform.admin, json={"name": "Renamed"}
                )
                event_id = f"user.updated:{own['id']}:2"
                await asyncio.to_thread(until, lambda: platform.outcomes("realtime-push", event_id), ["done"])
                return await pushes(socket, changed.headers[CORRELATION])

        (push,) = visit(platform, watched)

    assert (push["type"], push["data"]["changed"]) == ("user.updated", ["name"])
    assert (push["data"]["previous"]["name"], push["data"]["user"]["name"]) == ("Grace Hopper", "Renamed")


def test_changes_of_a_user_are_published_in_order(platform: Platform) -> None:
    """Each version is published once, after the previous one, and the audit trail has all of them."""
    user = platform.create()
    path, correlation_id = f"/users/{user['id']}", f"in-order-{user['id']}"

    for number in range(CHANGES):
        changed = platform.ask(
            "PATCH", path, platform.admin, json={"name": f"{number}"}, headers={CORRELATION: correlation_id}
        )
        assert changed.status_code == 200
    expected = [f"user.updated:{user['id']}:{version}" for version in range(2, CHANGES + 2)]

    until(
        lambda: sorted(event["detail"]["metadata"]["id"] for event in platform.trail(correlation_id)),
        sorted(expected),
    )
    until(lambda: _published(platform, correlation_id), expected)


def steps(hops: Any) -> list[tuple[str, str, str]]:
    """Return the steps of a request by time; concurrent functions are in the order of their names."""
    found = [(hop["where"], hop["what"], hop["outcome"]) for hop in hops]
    # A browser of another test may have just closed its connection.
    found = [step for step in found if step[1:] != ("push", "gone")]
    return found[:2] + sorted(found[2:], key=lambda step: step[0])


def _only_event(platform: Platform, correlation_id: str) -> Any:
    (event,) = until(lambda: platform.trail(correlation_id))
    return event["detail"]


def _published(platform: Platform, correlation_id: str) -> list[str]:
    """Return the ids of the events of a request, in the order of their publication."""
    hops = platform.operate("trace", correlation_id)["hops"]
    return [hop["details"]["eventId"] for hop in hops if hop["outcome"] == "published"]
