"""Disabling and deleting a user reach the sign-in, the token, the refresh token and open connections."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
import requests

from local.deployment import people
from local.machine.errors import LocalError
from tests.local.platform import Platform, address, until
from tests.local.realtime.browser import SECONDS, Session, connected, handshake, request, ticket, visit
from tests.local.users.profiles import can_sign_in, newcomer, profile, set_status

AS_CALLER = (
    ("GET", "/me"),
    ("PATCH", "/me"),
    ("GET", "/me/preferences"),
    ("PATCH", "/me/preferences"),
    ("POST", "/realtime/ticket"),
)
"""The requests that act for the caller, and need no scope."""


def refusals(platform: Platform, token: str) -> set[tuple[int, str]]:
    """Return status and problem of each request that acts for the caller."""
    # CloudFront refuses a GET request with a body.
    replies = [
        platform.ask(method, path, token, json=None if method == "GET" else {}) for method, path in AS_CALLER
    ]
    return {(reply.status_code, reply.json().get("type", "")) for reply in replies}


def refreshed(platform: Platform, refresh: str) -> int:
    """Return the status of a request for new tokens."""
    return requests.post(
        f"{platform.cloud.endpoint}/oauth2/token",
        data={
            "grant_type": "refresh_token",
            "client_id": platform.outputs["clientId"],
            "refresh_token": refresh,
        },
        timeout=10,
    ).status_code


def connected_until(platform: Platform, token: str, change: Any) -> int | None:
    """Make a change while a connection is open; return the code with which the connection is closed."""

    async def work(session: Session) -> Any:
        async with connected(session, token) as socket:
            assert await request(socket, {"action": "ping"}) == {"type": "pong"}
            await asyncio.to_thread(change)
            while True:
                message = await socket.receive(timeout=SECONDS)
                if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
                    return socket.close_code

    return visit(platform, work)


def test_disabled_person_is_locked_out_until_they_are_enabled(platform: Platform) -> None:
    """The token is refused with the reason, sockets close, and Cognito refuses sign-in and refresh."""
    email = address()
    with newcomer(platform, email=email) as token:
        user_id = profile(platform, token)["id"]
        refresh = people.sign_in(platform.cloud, platform.outputs, email).refresh
        assert refreshed(platform, refresh) == 200
        assert refusals(platform, token) <= {(200, ""), (201, "")}

        connected_until(platform, token, lambda: set_status(platform, user_id, "disabled"))

        assert refusals(platform, token) == {(403, "/problems/profile-disabled")}
        until(lambda: can_sign_in(platform, email) is False)
        with pytest.raises(LocalError, match="disabled"):
            people.sign_in(platform.cloud, platform.outputs, email)
        assert refreshed(platform, refresh) == 400

        set_status(platform, user_id, "active")

        assert profile(platform, token)["id"] == user_id
        until(lambda: can_sign_in(platform, email) is True)
        assert people.token(platform.cloud, platform.outputs, user=email)
        assert refreshed(platform, refresh) == 400


def test_deleted_person_does_not_come_back(platform: Platform) -> None:
    """The token creates no profile, sockets close, the sign-in is gone, and a new one gets a new profile."""
    email = address()
    with newcomer(platform, email=email) as token:
        user_id = profile(platform, token)["id"]
        refresh = people.sign_in(platform.cloud, platform.outputs, email).refresh

        connected_until(platform, token, lambda: platform.ask("DELETE", f"/users/{user_id}", platform.admin))

        assert refusals(platform, token) == {(403, "/problems/profile-deleted")}
        until(lambda: can_sign_in(platform, email) is None)
        assert refusals(platform, token) == {(403, "/problems/profile-deleted")}
        assert platform.ask("GET", "/users", platform.admin, params={"email": email}).json()["items"] == []
        assert refreshed(platform, refresh) == 400
    with newcomer(platform, email=email) as again:
        assert profile(platform, again)["id"] != user_id


def test_user_disabled_before_the_first_sign_in_is_not_linked(platform: Platform) -> None:
    """The person signs in, and every request is refused until the user is enabled."""
    prepared = platform.create(status="disabled")
    with newcomer(platform, email=prepared["email"]) as token:
        assert refusals(platform, token) == {(403, "/problems/profile-disabled")}

        set_status(platform, prepared["id"], "active")

        assert profile(platform, token)["id"] == prepared["id"]


def test_ticket_from_before_the_change_opens_no_connection(platform: Platform) -> None:
    """A ticket is valid for 30 seconds; the handshake reads the profile."""
    with newcomer(platform) as token:
        user_id = profile(platform, token)["id"]

        async def tried(session: Session) -> Any:
            issued = await ticket(session, token)
            await asyncio.to_thread(set_status, platform, user_id, "disabled")
            return await handshake(session, ticket=issued)

        assert visit(platform, tried) == 403


def test_connection_of_another_person_stays_open(platform: Platform) -> None:
    """Disabling one person closes no other connection."""
    email = address()
    with newcomer(platform, email=email) as token:
        user_id = profile(platform, token)["id"]

        async def stayed(session: Session) -> Any:
            async with connected(session, platform.person("person")) as socket:
                await asyncio.to_thread(connected_until, platform, token, disable)
                return await request(socket, {"action": "ping"})

        def disable() -> None:
            set_status(platform, user_id, "disabled")

        assert visit(platform, stayed) == {"type": "pong"}


def test_disabled_administrator_has_no_more_access(platform: Platform) -> None:
    """Their token has the scopes for minutes; the API refuses it, and it cannot enable its own profile."""
    email = address()
    with newcomer(platform, email=email) as first:
        user_id = profile(platform, first)["id"]
        platform.cloud.client("cognito-idp").admin_add_user_to_group(
            UserPoolId=platform.outputs["userPoolId"], Username=email, GroupName="admins"
        )
        token = people.token(platform.cloud, platform.outputs, user=email)
        assert platform.ask("GET", "/users", token).status_code == 200

        connected_until(platform, token, lambda: set_status(platform, user_id, "disabled"))

        for method, path, body in (
            ("GET", "/users", None),
            ("PATCH", f"/users/{user_id}", {"status": "active"}),
            ("DELETE", f"/users/{user_id}", None),
        ):
            refused = platform.ask(method, path, token, json=body)
            assert (refused.status_code, refused.json()["type"]) == (403, "/problems/profile-disabled")
