"""The digest of a day's new users, for the administrators."""

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
from handlers.notifications.logic import Outcome, every, write
from handlers.notifications.models import Letter
from handlers.users import storage as users
from handlers.users.models import User

_PAGE = 100


def digest(day: date, correlation_id: str) -> tuple[int, list[Outcome], list[Exception]]:
    """Tell every administrator of a day's new users: how many those are, and how each mail went."""
    created = list(_created(day))
    if not created:
        return 0, [], []
    data = templates.digest(day.isoformat(), created)
    letters = [Letter(address, data, _effect(day, address), correlation_id) for address in _administrators()]
    return len(created), *every(partial(write, letter) for letter in letters)


def day_before(moment: str | None) -> date:
    """The day in UTC before an RFC 3339 moment's, or before today where none is given.

    Raises:
        ValueError: for text that is no moment.
    """
    given = datetime.now(UTC) if moment is None else datetime.fromisoformat(moment)
    return given.astimezone(UTC).date() - timedelta(days=1)


def _created(day: date) -> Iterator[User]:
    """The users created on a day, the newest first: their ids begin with the time."""
    first, after = _least_id(day), _least_id(day + timedelta(days=1))
    while page := users.list_users(_PAGE, after):
        found = [user for user in page if user.id >= first]
        yield from found
        if len(found) < len(page):
            return
        after = page[-1].id


def _least_id(day: date) -> str:
    """What every id of a day or after it is greater than."""
    milliseconds = int(datetime.combine(day, time(), UTC).timestamp() * 1_000)
    return str(UUID(int=milliseconds << 80))


def _administrators() -> Sequence[str]:
    """The verified addresses of the administrators who may sign in, each once."""
    pages: Any = aws.client("cognito-idp").get_paginator("list_users_in_group")
    found: dict[str, None] = {}
    for page in pages.paginate(UserPoolId=variable("USER_POOL_ID"), GroupName=variable("ADMIN_GROUP")):
        for person in page["Users"]:
            attributes = {given["Name"]: given.get("Value", "") for given in person["Attributes"]}
            if person["Enabled"] and attributes.get("email_verified") == "true":
                found[attributes["email"].lower()] = None
    return list(found)


def _effect(day: date, address: str) -> str:
    """Once a day and administrator; the ledger knows no addresses."""
    return f"digest-mail:{day.isoformat()}:{sha256(address.encode()).hexdigest()[:32]}"
