"""The digest of a day's new users, which every administrator receives by email."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

from handlers.kit import aws
from handlers.kit.environment import variable
from handlers.notifications import templates
from handlers.notifications.logic import Outcome, run_all, send_once
from handlers.notifications.models import Email
from handlers.users import storage as users
from handlers.users.models import User

_PAGE = 100


def send_digest(day: date, correlation_id: str) -> tuple[int, list[Outcome], list[Exception]]:
    """Send the digest of a day to every administrator, unless the day has no new users.

    Returns:
        The number of new users, and the outcomes and exceptions of the emails.
    """
    created = list(_users_created_on(day))
    if not created:
        return 0, [], []
    data = templates.digest(day.isoformat(), created)
    emails = [
        Email(address, data, _effect(day, address), correlation_id) for address in _administrator_addresses()
    ]
    return len(created), *run_all(partial(send_once, email) for email in emails)


def day_before(moment: str | None) -> date:
    """Return the UTC day before that of an RFC 3339 time; None means now.

    Raises:
        ValueError: the text is not a time.
    """
    parsed = datetime.now(UTC) if moment is None else datetime.fromisoformat(moment)
    return parsed.astimezone(UTC).date() - timedelta(days=1)


def _users_created_on(day: date) -> Iterator[User]:
    """Yield the users created on a day, newest first; user ids begin with the creation time."""
    first, after = _lowest_id(day), _lowest_id(day + timedelta(days=1))
    while page := users.list_users(_PAGE, after):
        found = [user for user in page if user.id >= first]
        yield from found
        if len(found) < len(page):
            return
        after = page[-1].id


def _lowest_id(day: date) -> str:
    """Return the lower bound of all ids created on a day or later."""
    milliseconds = int(datetime.combine(day, time(), UTC).timestamp() * 1_000)
    return str(UUID(int=milliseconds << 80))


def _administrator_addresses() -> Sequence[str]:
    """Return the distinct verified addresses of the administrators who may sign in."""
    pages: Any = aws.client("cognito-idp").get_paginator("list_users_in_group")
    found: dict[str, None] = {}
    for page in pages.paginate(UserPoolId=variable("USER_POOL_ID"), GroupName=variable("ADMIN_GROUP")):
        for user in page["Users"]:
            attributes = {attribute["Name"]: attribute.get("Value", "") for attribute in user["Attributes"]}
            if user["Enabled"] and attributes.get("email_verified") == "true":
                found[attributes["email"].lower()] = None
    return list(found)


def _effect(day: date, address: str) -> str:
    """Return the effect's name, one per day and administrator; the table of effects stores no addresses."""
    return f"digest-mail:{day.isoformat()}:{sha256(address.encode()).hexdigest()[:32]}"
