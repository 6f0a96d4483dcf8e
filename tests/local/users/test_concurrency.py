"""Concurrent requests: unique values stay unique, and no accepted change is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout

from tests.local.platform import Platform, address

Send = Callable[..., Awaitable[tuple[int, Any]]]


pytestmark = pytest.mark.exclusive


def at_once(
    platform: Platform, work: Callable[[Send], list[Awaitable[tuple[int, Any]]]]
) -> list[tuple[int, Any]]:
    """Send concurrent requests as an administrator; return their statuses and bodies in order."""

    async def run() -> list[tuple[int, Any]]:
        headers = {"Authorization": f"Bearer {token}"}
        async with ClientSession(headers=headers, timeout=ClientTimeout(total=240)) as session:

            async def send(method: str, path: str, **how: Any) -> tuple[int, Any]:
                async with session.request(method, f"{platform.url}/api{path}", **how) as response:
                    return response.status, await response.json() if response.status != 204 else None

            return await asyncio.gather(*work(send))

    token = platform.admin
    return asyncio.run(run())


def test_one_of_200_concurrent_creations_with_one_address_succeeds(platform: Platform) -> None:
    """A transaction enforces uniqueness: one 201, 199 times 409, one user."""
    email = address()
    bodies = [
        {"email": email.upper() if number % 2 else email, "name": f"n{number}"} for number in range(200)
    ]
    responses = at_once(platform, lambda send: [send("POST", "/users", json=body) for body in bodies])

    assert Counter(status for status, _ in responses) == {201: 1, 409: 199}
    (winner,) = (body for status, body in responses if status == 201)
    found = platform.ask("GET", "/users", platform.admin, params={"email": email}).json()["items"]
    assert found == [winner]


def test_concurrent_requests_with_one_idempotency_key_create_one_user(platform: Platform) -> None:
    """Every response has the same user."""
    body = {"email": address(), "name": "Once"}
    headers = {"Idempotency-Key": body["email"]}
    responses = at_once(
        platform, lambda send: [send("POST", "/users", json=body, headers=headers) for _ in range(20)]
    )

    assert Counter(status for status, _ in responses) == {201: 20}
    assert len({user["id"] for _, user in responses}) == 1


@pytest.mark.parametrize("count", [100, 200])
def test_concurrent_changes_of_one_user_all_succeed(platform: Platform, count: int) -> None:
    """Each change has a version of its own, which its response and its event have."""
    user = platform.create()
    path = f"/users/{user['id']}"
    responses = at_once(
        platform, lambda send: [send("PATCH", path, json={"name": f"Change {n}"}) for n in range(count)]
    )
    latest = platform.ask("GET", path, platform.admin).json()

    assert Counter(status for status, _ in responses) == {200: count}
    assert sorted(body["version"] for _, body in responses) == list(range(2, count + 2))
    assert max((body for _, body in responses), key=lambda body: body["version"]) == latest


def test_deletion_among_concurrent_changes_succeeds(platform: Platform) -> None:
    """Names, statuses and a deletion of the same user: no server error, and the deletion wins."""
    user = platform.create()
    path = f"/users/{user['id']}"

    def work(send: Send) -> list[Awaitable[tuple[int, Any]]]:
        names = [send("PATCH", path, json={"name": f"Change {n}"}) for n in range(40)]
        statuses = [
            send("PATCH", path, json={"status": "disabled" if n % 2 else "active"}) for n in range(40)
        ]
        return [*names, *statuses, send("DELETE", path)]

    *changes, (deleted, _) = at_once(platform, work)

    assert deleted == 204
    assert {status for status, _ in changes} <= {200, 404}
    assert platform.ask("GET", path, platform.admin).status_code == 404


def test_500_mixed_concurrent_requests_lose_nothing(platform: Platform) -> None:
    """There is no server error, and every creation, change and deletion took effect."""
    changed = [platform.create() for _ in range(5)]
    deleted = [platform.create() for _ in range(25)]
    emails = [address() for _ in range(150)]

    def work(send: Send) -> list[Awaitable[tuple[int, Any]]]:
        creations = [send("POST", "/users", json={"email": email, "name": "New"}) for email in emails]
        changes = [
            send("PATCH", f"/users/{user['id']}", json={"name": f"Change {number}"})
            for user in changed
            for number in range(15)
        ]
        deletions = [send("DELETE", f"/users/{user['id']}") for user in deleted]
        reads = [send("GET", f"/users/{user['id']}") for user in changed for _ in range(20)]
        lists = [send("GET", "/users?limit=5") for _ in range(100)]
        refused = [send("POST", "/users", json={"email": "not-an-address"}) for _ in range(50)]
        return [*creations, *changes, *deletions, *reads, *lists, *refused]

    responses = at_once(platform, work)
    statuses = [status for status, _ in responses]
    assert len(statuses) == 500
    assert Counter(statuses[:150]) == {201: 150}
    assert Counter(statuses[150:225]) == {200: 75}
    assert Counter(statuses[225:250]) == {204: 25}
    assert Counter(statuses[250:450]) == {200: 200}
    assert Counter(statuses[450:]) == {400: 50}

    for email in emails:
        assert (
            len(platform.ask("GET", "/users", platform.admin, params={"email": email}).json()["items"]) == 1
        )
    for user in changed:
        assert platform.ask("GET", f"/users/{user['id']}", platform.admin).json()["version"] == 16
    for user in deleted:
        assert platform.ask("GET", f"/users/{user['id']}", platform.admin).status_code == 404
