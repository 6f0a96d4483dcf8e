"""A thousand changes, sent as programs send them: again, where no answer came."""

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
class Life:
    """What becomes of one user: it is created, updated so often, and deleted or not."""

    number: int
    updates: int
    deleted: bool

    @property
    def address(self) -> str:
        """Its e-mail address."""
        return f"user-{self.number}@example.com"


@dataclass
class Accepted:
    """What the API has taken.

    Attributes:
        events: the ids of the events that must come of it, each with its request's correlation id.
        users: the id of the user of each address.
        deleted: the addresses of those that were deleted.
    """

    events: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)


def lives(seed: int) -> list[Life]:
    """Lives with as many changes as there are to be."""
    chance = random.Random(seed)  # noqa: S311 - it is to be the same every time
    updated = chance.choices(range(CREATIONS), k=UPDATES)
    deleted = set(chance.sample(range(CREATIONS), DELETIONS))
    return [Life(number, updated.count(number), number in deleted) for number in range(CREATIONS)]


def send(url: str, token: str, wanted: Sequence[Life], accepted: Accepted) -> None:
    """Have every life lived, several at a time; what was taken is in `accepted` at once."""

    def client(share: Sequence[Life]) -> None:
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {token}"
            for life in share:
                _live(_Caller(session, f"{url}/api/users"), life, accepted)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, [wanted[number::CLIENTS] for number in range(CLIENTS)]))


@dataclass(frozen=True)
class _Caller:
    session: requests.Session
    url: str

    def ask(self, method: str, path: str, correlation: str, **how: Any) -> tuple[requests.Response, bool]:
        """An answer that is none of the server's failures, and whether it was the first."""
        headers = {"X-Correlation-Id": correlation, **how.pop("headers", {})}
        for attempt in range(ATTEMPTS):
            time.sleep(attempt * PAUSE_SECONDS)
            answer = self.session.request(method, self.url + path, headers=headers, timeout=60, **how)
            if answer.status_code < 500:
                return answer, attempt == 0
        raise AssertionError(f"{method} {path}: {answer.status_code} {ATTEMPTS} times: {answer.text}")


def _live(caller: _Caller, life: Life, accepted: Accepted) -> None:
    name = f"chaos-{life.number}-created"
    body = {"email": life.address, "name": f"User {life.number}"}
    answer, _ = caller.ask("POST", "", name, json=body, headers={"Idempotency-Key": name})
    assert answer.status_code == 201, answer.text
    user = answer.json()
    accepted.events[f"user.created:{user['id']}:1"] = name
    accepted.users[life.address] = user["id"]
    for number in range(life.updates):
        name = f"chaos-{life.number}-updated-{number}"
        answer, _ = caller.ask("PATCH", f"/{user['id']}", name, json={"name": name})
        assert answer.status_code == 200, answer.text
        user = answer.json()
        accepted.events[f"user.updated:{user['id']}:{user['version']}"] = name
    if life.deleted:
        name = f"chaos-{life.number}-deleted"
        answer, first = caller.ask("DELETE", f"/{user['id']}", name)
        # Who asks again because no answer came may find it done.
        assert answer.status_code == 204 or (answer.status_code == 404 and not first), answer.text
        accepted.deleted.add(life.address)
        accepted.events[f"user.deleted:{user['id']}:{user['version']}"] = name
