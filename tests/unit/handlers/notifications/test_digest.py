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
from handlers.notifications import newcomers, storage
from handlers.notifications.digest import handler
from handlers.notifications.models import Mark
from handlers.users import storage as users
from handlers.users.models import User
from handlers.users.storage import Record
from tests.unit.handlers.lambda_ import Context
from tests.unit.handlers.notifications.conftest import Carrier, Reply, begun

Log = Callable[[], list[dict[str, Any]]]
Join = Callable[..., None]
NIGHT = {"time": "2026-11-21T03:00:00Z"}


class Pool:
    """A user pool's administrators, as Cognito tells of them: at most sixty at a time."""

    def __init__(self) -> None:
        self.people: list[dict[str, Any]] = []

    def join(self, *addresses: str, verified: str = "true", enabled: bool = True) -> None:
        """Make people administrators, by their addresses."""
        for address in addresses:
            attributes = {"sub": f"sub-{address}", "email": address, "email_verified": verified}
            self.people.append(
                {
                    "Username": f"sub-{address}",
                    "Attributes": [{"Name": name, "Value": value} for name, value in attributes.items()],
                    "Enabled": enabled,
                    "UserStatus": "CONFIRMED",
                }
            )

    def answer(self, params: dict[str, Any], **_: Any) -> tuple[Reply, dict[str, Any]]:
        """Answer ListUsersInGroup in Cognito's place."""
        asked = json.loads(params["body"])
        start = int(asked.pop("NextToken", "0"))
        assert asked == {"UserPoolId": "us-east-1_Test", "GroupName": "admins"}
        page = {"Users": self.people[start : start + 60]}
        return Reply(200), page | ({"NextToken": str(start + 60)} if self.people[start + 60 :] else {})


@pytest.fixture
def join(mails: Carrier, monkeypatch: pytest.MonkeyPatch) -> Iterator[Join]:
    """Make people administrators, by their addresses."""
    monkeypatch.setenv("USER_POOL_ID", "us-east-1_Test")
    monkeypatch.setenv("ADMIN_GROUP", "admins")
    monkeypatch.setenv("MAIL_TEMPLATE", "strata-test-digest")
    events, pool = kit.client("cognito-idp").meta.events, Pool()
    events.register("before-call.cognito-identity-provider.ListUsersInGroup", pool.answer)
    yield pool.join
    events.unregister("before-call.cognito-identity-provider.ListUsersInGroup", pool.answer)


def created(moment: str, name: str = "Ada", number: int = 0) -> None:
    """Add a user whose id is of a moment."""
    milliseconds = int(datetime.fromisoformat(moment).timestamp() * 1_000)
    identifier = str(UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | number))
    email = f"{name.lower()}{number}@example.org"
    users.create(Record(User(id=identifier, email=email, name=name, created_at=moment, updated_at=moment)))


def run(event: dict[str, str] = NIGHT) -> None:
    handler(event, Context())


def addressees(mails: Carrier) -> list[str]:
    return [address for mail in mails.given for address in mail["Destination"]["ToAddresses"]]


def failures(event: dict[str, str] = NIGHT) -> list[Exception]:
    with pytest.raises(ExceptionGroup) as raised:
        run(event)
    return list(raised.value.exceptions)


def test_digest_tells_of_the_day_before(join: Join, mails: Carrier, log: Log) -> None:
    """From midnight to midnight in UTC, the newest first; the whole request to SES."""
    join("root@example.com")
    created("2026-11-19T23:59:59.999Z", "Before")
    created("2026-11-20T00:00:00.000Z", "First")
    created("2026-11-20T23:59:59.999Z", "Last")
    created("2026-11-21T00:00:00.000Z", "After")

    run()

    (mail,) = mails.given
    data = json.loads(mail["Content"]["Template"].pop("TemplateData"))
    digest = sha256(b"root@example.com").hexdigest()[:32]
    assert data == {
        "date": "2026-11-20",
        "count": "2",
        "users": "Last <last0@example.org>\nFirst <first0@example.org>",
        "usersHtml": "Last &lt;last0@example.org&gt;\nFirst &lt;first0@example.org&gt;",
    }
    assert mail == {
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


def test_more_users_than_a_page_are_counted(
    join: Join, mails: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them, whether the last page is full or not."""
    monkeypatch.setattr(newcomers, "_PAGE", 2)
    join("root@example.com")
    created("2026-11-19T12:00:00Z", "Before")
    for number in range(5):
        created("2026-11-20T12:00:00Z", number=number)

    run()
    created("2026-11-20T12:00:00Z", number=5)
    run({"time": "2026-11-21T02:00:00-01:00"})

    assert [json.loads(mail["Content"]["Template"]["TemplateData"])["count"] for mail in mails.given] == ["5"]
    assert len(list(newcomers._created(newcomers.day_before(NIGHT["time"])))) == 6


def test_day_without_users_is_not_told_of(join: Join, mails: Carrier) -> None:
    """No news is no mail."""
    join("root@example.com")
    created("2026-11-21T00:00:00Z")

    run()

    assert mails.given == []


def test_late_retry_sends_once_and_of_the_same_day(join: Join, mails: Carrier) -> None:
    """Run again, each administrator has the mail already; the next night has its own."""
    join("root@example.com", "second@example.com")
    created("2026-11-20T12:00:00Z")
    created("2026-11-21T12:00:00Z", "Grace")

    run()
    run()
    assert sorted(addressees(mails)) == ["root@example.com", "second@example.com"]

    run({"time": "2026-11-22T03:00:00Z"})
    assert len(mails.given) == 4


def test_who_cannot_be_written_to_is_left_out(join: Join, mails: Carrier) -> None:
    """Addresses that nobody has verified, that are marked, and those of people who may not sign in."""
    created("2026-11-20T12:00:00Z")
    join("root@example.com", "marked@example.com")
    join("unverified@example.com", verified="false")
    join("disabled@example.com", enabled=False)
    storage.mark(Mark("marked@example.com", "complaint", "2026-11-20T12:00:00Z", "correlation-1"))

    run()

    assert addressees(mails) == ["root@example.com"]


def test_address_of_two_administrators_gets_one_mail(join: Join, mails: Carrier) -> None:
    """Who signs in in two ways has one mailbox, in whatever case it is written."""
    created("2026-11-20T12:00:00Z")
    join("Root@example.com", "root@example.com")

    run()

    assert addressees(mails) == ["root@example.com"]


def test_every_page_of_the_administrators_is_read(join: Join, mails: Carrier) -> None:
    """Cognito tells sixty at a time."""
    created("2026-11-20T12:00:00Z")
    addresses = [f"admin{number:02}@example.com" for number in range(61)]
    join(*addresses)

    run()

    assert sorted(addressees(mails)) == addresses


def test_one_mail_that_fails_does_not_stop_the_others(join: Join, mails: Carrier, log: Log) -> None:
    """The run fails when all have had their turn, and the next one sends what is left."""
    created("2026-11-20T12:00:00Z")
    join("first@example.com", "second@example.com", "third@example.com")
    mails.troubles = ["MessageRejected", "TooManyRequestsException"]

    errors = failures()
    assert [type(error).__name__ for error in errors] == ["Poison", "ClientError"]
    assert isinstance(errors[0], Poison)
    assert (len(mails.given), log()[-1]["failed"]) == (1, 2)

    run()
    assert sorted(addressees(mails)) == ["first@example.com", "second@example.com", "third@example.com"]


def test_mail_in_doubt_is_not_repeated(join: Join, mails: Carrier) -> None:
    """The run before may have sent it."""
    created("2026-11-20T12:00:00Z")
    join("root@example.com")
    begun(f"digest-mail:2026-11-20:{sha256(b'root@example.com').hexdigest()[:32]}")

    assert [type(error).__name__ for error in failures()] == ["InDoubt"]
    assert mails.given == []


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-21T00:00:00Z", "2026-11-20"),
        ("2026-11-20T23:59:59Z", "2026-11-19"),
        ("2026-11-21T00:30:00+01:00", "2026-11-19"),
        ("2026-03-01T03:00:00Z", "2026-02-28"),
    ],
)
def test_day_is_that_before_the_time_in_utc(moment: str, day: str) -> None:
    """Wherever the clock hangs that the time is of."""
    assert newcomers.day_before(moment).isoformat() == day


def test_run_by_hand_tells_of_yesterday(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a time it is now."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.fromisoformat("2026-11-21T10:00:00+00:00").astimezone(tz)

    monkeypatch.setattr(newcomers, "datetime", Clock)

    assert newcomers.day_before(None).isoformat() == "2026-11-20"


def test_time_that_is_none_is_no_day(log: Log) -> None:
    """Nothing is guessed: the run fails."""
    with pytest.raises(ValueError, match="Invalid isoformat string: 'yesterday'"):
        run({"time": "yesterday"})
