"""The load: a thousand changes from clients that retry on a server error."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import requests

CREATIONS, UPDATES, DELETIONS = 600, 300, 100
CLIENTS = 8
ATTEMPTS = 20
PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class UserPlan:
    """The changes of one user: its creation, a number of updates, and perhaps its deletion."""

    number: int
    updates: int
    deleted: bool

    @property
    def address(self) -> str:
        """The user's email address."""
        return f"user-{self.number}@example.com"


@dataclass
class Accepted:
    """The changes that the API has accepted.

    Attributes:
        events: the correlation id of the request by the id of the event that must follow.
        users: the id of the user by address.
        deleted: the addresses of the deleted users.
    """

    events: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)


def plans(seed: int) -> list[UserPlan]:
    """Return plans with all creations, updates and deletions."""
    chance = random.Random(seed)  # noqa: S311 - the plans are the same in every run
    updated = chance.choices(range(CREATIONS), k=UPDATES)
    deleted = set(chance.sample(range(CREATIONS), DELETIONS))
    return [UserPlan(number, updated.count(number), number in deleted) for number in range(CREATIONS)]


def send_changes(url: str, token: str, planned: Sequence[UserPlan], accepted: Accepted) -> None:
    """Send the changes from several clients, and add each accepted one to `accepted` at once."""

    def client(share: Sequence[UserPlan]) -> None:
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {token}"
            for plan in share:
                _send_plan(_Caller(session, f"{url}/api/users"), plan, accepted)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, [planned[number::CLIENTS] for number in range(CLIENTS)]))


@dataclass(frozen=True)
class _Caller:
    session: requests.Session
    url: str

    def ask(self, method: str, path: str, correlation: str, **how: Any) -> tuple[requests.Response, bool]:
        """Send until the response is not a server error; return it, and whether it was the first."""
        headers = {"X-Correlation-Id": correlation, **how.pop("headers", {})}
        for attempt in range(ATTEMPTS):
            time.sleep(attempt * PAUSE_SECONDS)
            response = self.session.request(method, self.url + path, headers=headers, timeout=60, **how)
            if response.status_code < 500:
                return response, attempt == 0
        raise AssertionError(f"{method} {path}: {response.status_code} {ATTEMPTS} times: {response.text}")


def _send_plan(caller: _Caller, plan: UserPlan, accepted: Accepted) -> None:
    name = f"chaos-{plan.number}-created"
    body = {"email": plan.address, "name": f"User {plan.number}"}
    response, _ = caller.ask("POST", "", name, json=body, headers={"Idempotency-Key": name})
    assert response.status_code == 201, response.text
    user = response.json()
    accepted.events[f"user.created:{user['id']}:1"] = name
    accepted.users[plan.address] = user["id"]
    for number in range(plan.updates):
        name = f"chaos-{plan.number}-updated-{number}"
        response, _ = caller.ask("PATCH", f"/{user['id']}", name, json={"name": name})
        assert response.status_code == 200, response.text
        user = response.json()
        accepted.events[f"user.updated:{user['id']}:{user['version']}"] = name
    if plan.deleted:
        name = f"chaos-{plan.number}-deleted"
        response, first = caller.ask("DELETE", f"/{user['id']}", name)
        # A retry finds the user deleted if the failed attempt had deleted it.
        assert response.status_code == 204 or (response.status_code == 404 and not first), response.text
        accepted.deleted.add(plan.address)
        accepted.events[f"user.deleted:{user['id']}:{user['version']}"] = name
