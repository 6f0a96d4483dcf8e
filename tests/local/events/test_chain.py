"""A change's way: stream, bus and queues, to the audit trail and the browser; each event with its cause."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from tests.local.events.bus import pushes, tapped
from tests.local.platform import Platform, address, until
from tests.local.realtime.browser import Session, connected, subject, visit
from tests.local.users.test_profile import newcomer, profile

CHANGES = 20
STEPS = {
    "users-publish": "published",
    "audit-record": "done",
    "notifications-send": "done",
    "realtime-push": "done",
}
"""The functions that handle the event of a new user, and how they do."""

CORRELATION = "X-Correlation-Id"


def test_new_user_is_told_of_everywhere_once(platform: Platform) -> None:
    """Mail, audit record and push come once each, and all belong to the request that was answered."""
    email, token = address(), platform.admin

    async def watched(session: Session) -> Any:
        async with connected(session, token) as socket:
            created = await asyncio.to_thread(
                platform.ask, "POST", "/users", token, json={"email": email, "name": "Ada Lovelace"}
            )
            correlation_id = created.headers[CORRELATION]
            event_id = f"user.created:{created.json()['id']}:1"
            for function, outcome in STEPS.items():
                came = partial(platform.outcomes, function, event_id)
                await asyncio.to_thread(until, came, [outcome])
            return created, event_id, await pushes(socket, correlation_id)

    with tapped(platform) as tap:
        created, event_id, pushed = visit(platform, watched)
        correlation_id, user = created.headers[CORRELATION], created.json()
        delivered = tap.delivered(correlation_id)
    until(lambda: platform.trail(correlation_id))
    hops = platform.operate("trace", correlation_id)

    why = {"id": event_id, "correlationId": correlation_id, "occurredAt": user["createdAt"]}
    state = {**user, "preferences": {"email": True, "sms": False}, "subject": None}
    assert [(event["source"], event["detail-type"], event["detail"]) for event in delivered] == [
        (
            "strata.users",
            "user.created",
            {"metadata": {**why, "actor": subject(token)}, "data": {"user": state}},
        )
    ]
    assert platform.trail(correlation_id) == delivered, "the trail has events as the bus delivers them"
    assert [(mail["Source"], mail["Subject"]) for mail in platform.mails(email)] == [
        ("no-reply@example.com", "Welcome to Strata")
    ]
    assert pushed == [{**why, "type": "user.created", "source": "strata.users", "data": {"user": user}}]
    assert way(hops) == [
        ("users-create", "POST /users", "201"),
        ("users-publish", "user.created", "published"),
        ("audit-record", "user.created", "done"),
        ("notifications-send", "user.created", "done"),
        ("realtime-push", "user.created", "done"),
        ("realtime-push", "push", "sent"),
    ]
    assert [hop["offsetMs"] for hop in hops] == sorted(hop["offsetMs"] for hop in hops)


def test_update_says_what_has_changed_and_who_did_it(platform: Platform) -> None:
    """It has the user before and after, the fields that differ, the request's id and the caller's."""
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


def test_deletion_belongs_to_who_deleted(platform: Platform) -> None:
    """Its event has the correlation id and the caller of the deletion, not of an earlier change."""
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


def test_own_events_reach_the_person_s_browser(platform: Platform) -> None:
    """Who has signed in is told of a change that an administrator makes to their user, and of its cause."""
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


def test_changes_of_a_user_go_out_in_their_order(platform: Platform) -> None:
    """Each version is published once, after the one before, and the audit trail has them all."""
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


def way(hops: Any) -> list[tuple[str, str, str]]:
    """Where a request came, in the order of time; functions that work side by side in the order of names."""
    steps = [(hop["where"], hop["what"], hop["outcome"]) for hop in hops]
    # A browser of another test may have closed its connection just now.
    steps = [step for step in steps if step[1:] != ("push", "gone")]
    return steps[:2] + sorted(steps[2:], key=lambda step: step[0])


def _only_event(platform: Platform, correlation_id: str) -> Any:
    (event,) = until(lambda: platform.trail(correlation_id))
    return event["detail"]


def _published(platform: Platform, correlation_id: str) -> list[str]:
    """The events of a request, in the order in which they were put on the bus."""
    hops = platform.operate("trace", correlation_id)
    return [hop["details"]["eventId"] for hop in hops if hop["outcome"] == "published"]
