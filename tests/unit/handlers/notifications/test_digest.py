"""The nightly digest of new users."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from handlers.events.effect import Poison
from handlers.kit import aws as kit
from handlers.notifications import new_users, storage
from handlers.notifications.digest import handler
from handlers.notifications.models import Suppression
from handlers.users import storage as users
from handlers.users.models import User
from handlers.users.storage import Record
from tests.unit.handlers.fake_service import FakeService, HttpResponse
from tests.unit.handlers.lambda_ import Context
from tests.unit.handlers.notifications.conftest import leave_in_doubt

Log = Callable[[], list[dict[str, Any]]]
AddAdministrators = Callable[..., None]
NIGHT = {"time": "2026-11-21T03:00:00Z"}


class Pool:
    """A fake of Cognito's ListUsersInGroup for the administrators, in pages of 60."""

    def __init__(self) -> None:
        self.users: list[dict[str, Any]] = []

    def add(self, *addresses: str, verified: str = "true", enabled: bool = True) -> None:
        """Add administrators by their addresses."""
        for address in addresses:
            attributes = {"sub": f"sub-{address}", "email": address, "email_verified": verified}
            self.users.append(
                {
                    "Username": f"sub-{address}",
                    "Attributes": [{"Name": name, "Value": value} for name, value in attributes.items()],
                    "Enabled": enabled,
                    "UserStatus": "CONFIRMED",
                }
            )

    def respond(self, params: dict[str, Any], **_: Any) -> tuple[HttpResponse, dict[str, Any]]:
        """Return one page."""
        request = json.loads(params["body"])
        start = int(request.pop("NextToken", "0"))
        assert request == {"UserPoolId": "us-east-1_Test", "GroupName": "admins"}
        page = {"Users": self.users[start : start + 60]}
        return HttpResponse(200), page | ({"NextToken": str(start + 60)} if self.users[start + 60 :] else {})


@pytest.fixture
def add_administrators(ses: FakeService, monkeypatch: pytest.MonkeyPatch) -> Iterator[AddAdministrators]:
    """Add administrators by their addresses."""
    monkeypatch.setenv("USER_POOL_ID", "us-east-1_Test")
    monkeypatch.setenv("ADMIN_GROUP", "admins")
    monkeypatch.setenv("MAIL_TEMPLATE", "strata-test-digest")
    events, pool = kit.client("cognito-idp").meta.events, Pool()
    events.register("before-call.cognito-identity-provider.ListUsersInGroup", pool.respond)
    yield pool.add
    events.unregister("before-call.cognito-identity-provider.ListUsersInGroup", pool.respond)


def add_user(created_at: str, name: str = "Ada", number: int = 0) -> None:
    """Add a user with an id made of the creation time."""
    milliseconds = int(datetime.fromisoformat(created_at).timestamp() * 1_000)
    identifier = str(UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | number))
    email = f"{name.lower()}{number}@example.org"
    users.create(
        Record(User(id=identifier, email=email, name=name, created_at=created_at, updated_at=created_at))
    )


def run(event: dict[str, str] = NIGHT) -> None:
    handler(event, Context())


def recipients(ses: FakeService) -> list[str]:
    return [address for email in ses.accepted for address in email["Destination"]["ToAddresses"]]


def errors_of(event: dict[str, str] = NIGHT) -> list[Exception]:
    with pytest.raises(ExceptionGroup) as raised:
        run(event)
    return list(raised.value.exceptions)


def test_digest_lists_the_users_of_the_day_before(
    add_administrators: AddAdministrators, ses: FakeService, log: Log
) -> None:
    """The request to SES lists the users created from midnight to midnight UTC, newest first."""
    add_administrators("root@example.com")
    add_user("2026-11-19T23:59:59.999Z", "Before")
    add_user("2026-11-20T00:00:00.000Z", "First")
    add_user("2026-11-20T23:59:59.999Z", "Last")
    add_user("2026-11-21T00:00:00.000Z", "After")

    run()

    (email,) = ses.accepted
    data = json.loads(email["Content"]["Template"].pop("TemplateData"))
    digest = sha256(b"root@example.com").hexdigest()[:32]
    assert data == {
        "date": "2026-11-20",
        "count": "2",
        "users": "Last <last0@example.org>\nFirst <first0@example.org>",
        "usersHtml": "Last &lt;last0@example.org&gt;\nFirst &lt;first0@example.org&gt;",
    }
    assert email == {
        "FromEmailAddress": "no-reply@example.com",
        "Destination": {"ToAddresses": ["root@example.com"]},
        "Content": {"Template": {"TemplateName": "strata-test-digest"}},
        "ConfigurationSetName": "strata-test-mail",
        "EmailTags": [
            {"Name": "effect", "Value": f"digest-mail_c2026-11-20_c{digest}"},
            {"Name": "correlation", "Value": Context.aws_request_id},
        ],
    }
    (line,) = log()
    assert {key: line[key] for key in ("day", "users", "sent", "failed")} == {
        "day": "2026-11-20",
        "users": 2,
        "sent": 1,
        "failed": 0,
    }


def test_users_of_every_page_are_counted(
    add_administrators: AddAdministrators, ses: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All users are counted, whether the last page is full or not."""
    monkeypatch.setattr(new_users, "_PAGE", 2)
    add_administrators("root@example.com")
    add_user("2026-11-19T12:00:00Z", "Before")
    for number in range(5):
        add_user("2026-11-20T12:00:00Z", number=number)

    run()
    add_user("2026-11-20T12:00:00Z", number=5)
    run({"time": "2026-11-21T02:00:00-01:00"})

    assert [json.loads(email["Content"]["Template"]["TemplateData"])["count"] for email in ses.accepted] == [
        "5"
    ]
    assert len(list(new_users._users_created_on(new_users.day_before(NIGHT["time"])))) == 6


def test_day_without_new_users_sends_no_digest(
    add_administrators: AddAdministrators, ses: FakeService
) -> None:
    """A day without new users causes no email."""
    add_administrators("root@example.com")
    add_user("2026-11-21T00:00:00Z")

    run()

    assert ses.accepted == []


def test_each_administrator_gets_one_digest_per_day(
    add_administrators: AddAdministrators, ses: FakeService
) -> None:
    """A repeated run sends nothing; the next night sends its own digest."""
    add_administrators("root@example.com", "second@example.com")
    add_user("2026-11-20T12:00:00Z")
    add_user("2026-11-21T12:00:00Z", "Grace")

    run()
    run()
    assert sorted(recipients(ses)) == ["root@example.com", "second@example.com"]

    run({"time": "2026-11-22T03:00:00Z"})
    assert len(ses.accepted) == 4


def test_only_deliverable_administrators_get_the_digest(
    add_administrators: AddAdministrators, ses: FakeService
) -> None:
    """Unverified addresses, suppressed addresses and disabled users get no email."""
    add_user("2026-11-20T12:00:00Z")
    add_administrators("root@example.com", "suppressed@example.com")
    add_administrators("unverified@example.com", verified="false")
    add_administrators("disabled@example.com", enabled=False)
    storage.suppress(
        Suppression("suppressed@example.com", "complaint", "2026-11-20T12:00:00Z", "correlation-1")
    )

    run()

    assert recipients(ses) == ["root@example.com"]


def test_address_of_two_administrators_gets_one_email(
    add_administrators: AddAdministrators, ses: FakeService
) -> None:
    """Addresses that differ only in case are the same mailbox."""
    add_user("2026-11-20T12:00:00Z")
    add_administrators("Root@example.com", "root@example.com")

    run()

    assert recipients(ses) == ["root@example.com"]


def test_every_page_of_the_administrators_is_read(
    add_administrators: AddAdministrators, ses: FakeService
) -> None:
    """Cognito returns 60 users per page."""
    add_user("2026-11-20T12:00:00Z")
    addresses = [f"admin{number:02}@example.com" for number in range(61)]
    add_administrators(*addresses)

    run()

    assert sorted(recipients(ses)) == addresses


def test_failed_email_does_not_stop_the_others(
    add_administrators: AddAdministrators, ses: FakeService, log: Log
) -> None:
    """The run fails after trying every email, and the next run sends the missing ones."""
    add_user("2026-11-20T12:00:00Z")
    add_administrators("first@example.com", "second@example.com", "third@example.com")
    ses.failures = ["MessageRejected", "TooManyRequestsException"]

    errors = errors_of()
    assert [type(error).__name__ for error in errors] == ["Poison", "ClientError"]
    assert isinstance(errors[0], Poison)
    assert (len(ses.accepted), log()[-1]["failed"]) == (1, 2)

    run()
    assert sorted(recipients(ses)) == ["first@example.com", "second@example.com", "third@example.com"]


def test_email_in_doubt_is_not_sent_again(add_administrators: AddAdministrators, ses: FakeService) -> None:
    """The previous run may have sent it."""
    add_user("2026-11-20T12:00:00Z")
    add_administrators("root@example.com")
    leave_in_doubt(f"digest-mail:2026-11-20:{sha256(b'root@example.com').hexdigest()[:32]}")

    assert [type(error).__name__ for error in errors_of()] == ["InDoubt"]
    assert ses.accepted == []


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-21T00:00:00Z", "2026-11-20"),
        ("2026-11-20T23:59:59Z", "2026-11-19"),
        ("2026-11-21T00:30:00+01:00", "2026-11-19"),
        ("2026-03-01T03:00:00Z", "2026-02-28"),
    ],
)
def test_day_is_the_utc_day_before_the_time(moment: str, day: str) -> None:
    """The time's offset is converted to UTC."""
    assert new_users.day_before(moment).isoformat() == day


def test_run_without_a_time_reports_yesterday(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing time means now."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.fromisoformat("2026-11-21T10:00:00+00:00").astimezone(tz)

    monkeypatch.setattr(new_users, "datetime", Clock)

    assert new_users.day_before(None).isoformat() == "2026-11-20"


def test_invalid_time_fails_the_run(log: Log) -> None:
    """The function does not guess a time."""
    with pytest.raises(ValueError, match="Invalid isoformat string: 'yesterday'"):
        run({"time": "yesterday"})
