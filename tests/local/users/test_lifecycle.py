"""Users over HTTP."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.local.platform import Platform, address


def test_create_read_update_delete(platform: Platform) -> None:
    """An update with a stale version is rejected with 412."""
    email = address()
    created = platform.ask("POST", "/users", platform.admin, json={"email": email, "name": "Ada"})
    assert created.status_code == 201
    user = created.json()
    assert user == {
        "id": user["id"],
        "email": email,
        "name": "Ada",
        "phoneVerified": False,
        "status": "active",
        "createdAt": user["createdAt"],
        "updatedAt": user["createdAt"],
        "version": 1,
    } | ({"phone": None} if "phone" in user else {})
    path = created.headers["Location"].removeprefix("/api")
    assert path == f"/users/{user['id']}"

    read = platform.ask("GET", path, platform.admin)
    assert (read.status_code, read.json(), read.headers["ETag"]) == (200, user, created.headers["ETag"])

    change = {"name": "Ada King", "phone": "+442071234567"}
    tag = {"If-Match": read.headers["ETag"]}
    changed = platform.ask("PATCH", path, platform.admin, json=change, headers=tag)
    assert changed.status_code == 200
    assert changed.json() == {**user, **change, "version": 2, "updatedAt": changed.json()["updatedAt"]}

    stale = platform.ask("PATCH", path, platform.admin, json={"name": "Lost"}, headers=tag)
    assert (stale.status_code, stale.headers["Content-Type"]) == (412, "application/problem+json")

    removed = platform.ask("POST", path, platform.admin, json={"phone": None})
    assert (removed.status_code, removed.json().get("phone")) == (200, None)

    assert platform.ask("DELETE", path, platform.admin).status_code == 204
    assert platform.ask("GET", path, platform.admin).status_code == 404
    assert platform.ask("DELETE", path, platform.admin).status_code == 404
    assert platform.ask("PATCH", path, platform.admin, json={"name": "x"}).status_code == 404


def test_address_is_unique_regardless_of_case(platform: Platform) -> None:
    """A second user cannot take it until the first has another address."""
    user = platform.create(email=f"Ada.{uuid4().hex}@Example.COM")
    again = platform.ask("POST", "/users", platform.admin, json={"email": user["email"].upper(), "name": "B"})
    assert (again.status_code, again.headers["Content-Type"]) == (409, "application/problem+json")

    other = platform.create()
    taken = platform.ask(
        "PATCH", f"/users/{other['id']}", platform.admin, json={"email": user["email"].lower()}
    )
    assert taken.status_code == 409

    moved = platform.ask("PATCH", f"/users/{user['id']}", platform.admin, json={"email": address()})
    assert moved.status_code == 200
    assert platform.create(email=user["email"])["id"] != user["id"]


def test_users_are_listed_newest_first_across_pages(platform: Platform) -> None:
    """Each user is on one page only."""
    made = [platform.create()["id"] for _ in range(5)]
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = platform.ask("GET", "/users", platform.admin, params=params).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]

    assert seen[:5] == made[::-1]
    assert len(set(seen)) == 6


def test_page_respects_its_limit(platform: Platform) -> None:
    """The limit is from 1 to 100; any other value is rejected with the name of the parameter."""
    platform.create()
    assert len(platform.ask("GET", "/users?limit=1", platform.admin).json()["items"]) == 1
    for limit in ("0", "101", "-1", "two", "1.5", ""):
        response = platform.ask("GET", "/users", platform.admin, params={"limit": limit})
        assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "limit")


def test_user_is_found_by_address_regardless_of_case(platform: Platform) -> None:
    """The page has one user, or none for an unknown address."""
    user = platform.create()
    found = platform.ask("GET", "/users", platform.admin, params={"email": user["email"].upper()})
    assert found.json() == {"items": [user], "next": None}

    none = platform.ask("GET", "/users", platform.admin, params={"email": address()})
    assert none.json() == {"items": [], "next": None}


@pytest.mark.parametrize("cursor", ["x", "!!!", "AAAA", "e30", "a" * 500, "ey" + "J" * 60, "%00"])
def test_invalid_cursor_is_rejected(platform: Platform, cursor: str) -> None:
    """Only cursors that the API returned are accepted."""
    response = platform.ask("GET", "/users", platform.admin, params={"cursor": cursor})

    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "cursor")


def test_repeated_idempotency_key_returns_the_first_response(platform: Platform) -> None:
    """A repeated request creates nothing; the same key with another body is rejected."""
    key = {"Idempotency-Key": uuid4().hex}
    body = {"email": address(), "name": "Once"}
    first, second = (platform.ask("POST", "/users", platform.admin, json=body, headers=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.json(), first.headers["Location"]) == (second.json(), second.headers["Location"])

    other = platform.ask("POST", "/users", platform.admin, json={**body, "name": "Twice"}, headers=key)
    assert (other.status_code, other.headers["Content-Type"]) == (422, "application/problem+json")

    # Keys are scoped to the caller: another caller's request with the same key is another request.
    other_caller = platform.ask("POST", "/users", platform.machine("provisioning"), json=body, headers=key)
    assert other_caller.status_code == 409


def test_well_formed_correlation_id_is_kept(platform: Platform) -> None:
    """The response and the function's log line have it; a malformed one is replaced."""
    ours = uuid4().hex
    response = platform.ask("GET", "/health", headers={"X-Correlation-Id": ours})
    assert response.headers["X-Correlation-Id"] == ours

    replaced = platform.ask("GET", "/health", headers={"X-Correlation-Id": "no spaces please"})
    assert replaced.headers["X-Correlation-Id"] not in ("", "no spaces please")

    logs = platform.cloud.client("logs")
    groups = logs.describe_log_groups(logGroupNamePrefix="strata-local-health-read")["logGroups"]
    lines = logs.filter_log_events(logGroupName=groups[0]["logGroupName"], filterPattern="")["events"]
    assert any(ours in line["message"] for line in lines)
