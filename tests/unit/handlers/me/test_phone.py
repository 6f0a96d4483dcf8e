"""POST /me/phone-codes and POST /me/phone."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from handlers.users.change import handler as change_user
from tests.unit.handlers.fake_service import FakeService
from tests.unit.handlers.lambda_ import call, request
from tests.unit.handlers.me.phones import (
    PHONE,
    code_in,
    enter,
    forget_texts,
    last_code,
    other_than,
    profile,
    request_code,
    texts,
    verify,
)

DAY = 86_400
Items = Callable[[str], list[dict[str, Any]]]
SetClock = Callable[[float], None]
pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(autouse=True)
def no_texts(aws: Any) -> None:
    """Start without text messages."""
    forget_texts()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """A function that moves the clock to so many seconds after noon of a day."""
    noon = (time.time() // DAY + 1) * DAY + DAY / 2
    monkeypatch.setattr(time, "time", lambda: noon)
    return lambda seconds: monkeypatch.setattr(time, "time", lambda: noon + seconds)


def refusal(reply: Any) -> tuple[int, str]:
    """Return status and type of a refusal."""
    return reply.status, reply.body["type"].removeprefix("/problems/")


def stored_code(items: Items) -> dict[str, Any]:
    """Return the item of the only code."""
    (item,) = [item for item in items("PHONE_CODES_TABLE") if item["id"]["S"].startswith("code#")]
    return item


def test_code_proves_the_number(items: Items) -> None:
    """The code from the text message verifies the number, with a new version of the profile, once."""
    before = enter().body

    sent = request_code()
    code = last_code()
    reply = verify(code)

    assert (sent.status, sent.body["attempts"]) == (202, 5)
    assert (reply.status, reply.headers["ETag"]) == (200, '"3"')
    assert reply.body == {
        **before,
        "phoneVerified": True,
        "version": 3,
        "updatedAt": reply.body["updatedAt"],
    }
    assert profile() == reply.body
    assert not [item for item in items("PHONE_CODES_TABLE") if item["id"]["S"].startswith("code#")]


def test_code_is_not_stored(items: Items) -> None:
    """Equal codes would have different digests: each has its own salt."""
    enter()
    stored: list[dict[str, Any]] = []
    for _ in range(2):
        request_code()
        stored.append(stored_code(items))

    assert [set(item) for item in stored] == [{"id", "phone", "salt", "digest", "attempts", "expiresAt"}] * 2
    assert stored[0]["salt"] != stored[1]["salt"]
    assert (len(stored[0]["salt"]["B"]), len(stored[0]["digest"]["B"])) == (16, 32)
    assert last_code() not in str(stored)


def test_wrong_code_uses_an_attempt() -> None:
    """The refusal has the attempts that are left, and the right code still works with the last one."""
    enter()
    request_code()
    wrong = other_than(code := last_code())

    replies = [verify(wrong) for _ in range(4)]

    assert [refusal(reply) for reply in replies] == [(422, "phone-code-wrong")] * 4
    assert [reply.body["detail"].rpartition("; ")[2] for reply in replies] == [
        "4 attempts left",
        "3 attempts left",
        "2 attempts left",
        "1 attempt left",
    ]
    assert verify(code).status == 200


def test_code_without_attempts_is_locked_until_it_expires(later: SetClock) -> None:
    """The right code is refused, and so is a new one: it would give five more attempts at once."""
    enter()
    request_code()
    wrong = other_than(code := last_code())
    for _ in range(5):
        verify(wrong)

    later(100)
    locked = [verify(code), request_code()]
    later(600)
    after = [verify(code), request_code()]

    assert [refusal(reply) for reply in locked] == [(429, "too-many-phone-attempts")] * 2
    assert [reply.headers["Retry-After"] for reply in locked] == ["500", "500"]
    assert refusal(after[0]) == (409, "phone-code-expired")
    assert (after[1].status, len(texts())) == (202, 2)


def test_concurrent_attempts_are_counted_one_by_one() -> None:
    """Twenty guesses at once are five attempts."""
    enter()
    request_code()
    wrong = other_than(last_code())

    with ThreadPoolExecutor(20) as pool:
        statuses = [reply.status for reply in pool.map(lambda _: verify(wrong), range(20))]

    assert (statuses.count(422), statuses.count(429)) == (5, 15)


def test_code_expires_after_ten_minutes(later: SetClock) -> None:
    """DynamoDB deletes an expired item late: the time decides."""
    enter()
    expires_at = request_code().body["expiresAt"]
    code = last_code()

    later(599)
    assert verify(other_than(code)).status == 422
    later(600)
    assert refusal(verify(code)) == (409, "phone-code-expired")
    assert expires_at.endswith("T12:10:00Z")


def test_new_code_replaces_the_earlier_one() -> None:
    """Only the last code that was sent is valid."""
    enter()
    request_code()
    request_code()
    first, second = map(code_in, texts())

    if first != second:
        assert verify(first).status == 422
    assert verify(second).status == 200


def test_code_is_valid_for_its_number_only() -> None:
    """A code that was sent to a number of one's own does not verify another number."""
    enter()
    request_code()
    code = last_code()
    enter("+442079460999")

    assert refusal(verify(code)) == (409, "phone-code-expired")
    assert profile()["phoneVerified"] is False


def test_code_is_valid_for_its_person_only() -> None:
    """Another person with the same number needs a code of their own."""
    for subject in ("grace", "mallory"):
        enter(subject=subject)
    request_code()

    assert refusal(verify(last_code(), "mallory")) == (409, "phone-code-expired")


def test_change_of_the_number_ends_its_verification() -> None:
    """The owner or an administrator may change it; other changes keep the verification."""
    enter()
    request_code()
    verify(last_code())
    user_id = profile()["id"]

    call(change_user, request(path={"userId": user_id}, body={"name": "Grace", "phone": PHONE}))
    kept = profile()["phoneVerified"]
    call(change_user, request(path={"userId": user_id}, body={"phone": "+442079460999"}))
    changed = profile()["phoneVerified"]
    enter()

    assert (kept, changed, profile()["phoneVerified"]) == (True, False, False)


def test_number_changed_during_its_verification_is_not_verified(
    before_writing: Callable[[Callable[[], object]], None],
) -> None:
    """The change wins, and the code does not count for the new number."""
    enter()
    request_code()
    code = last_code()
    before_writing(lambda: enter("+442079460999"))

    assert refusal(verify(code)) == (409, "phone-code-expired")
    assert profile()["phoneVerified"] is False


def test_verified_number_stays_verified() -> None:
    """A repeated confirmation succeeds, as its first response may be lost; no other code is sent."""
    enter()
    request_code()
    code = last_code()

    assert [verify(code).body, verify("000000").body] == [profile()] * 2
    assert refusal(request_code()) == (409, "phone-already-verified")
    assert len(texts()) == 1


def test_person_can_request_five_codes_a_day(later: SetClock) -> None:
    """The limit holds for all numbers of the person, until the next day in UTC."""
    replies = [enter(f"+44207946000{n}") and request_code() for n in range(6)]
    limit = replies[5]
    later(DAY / 2)

    assert [reply.status for reply in replies] == [202] * 5 + [429]
    assert refusal(limit) == (429, "too-many-phone-codes")
    assert limit.headers["Retry-After"] == str(DAY // 2)
    assert request_code().status == 202


def test_number_can_receive_five_codes_a_day(later: SetClock) -> None:
    """The limit holds for all people who enter the number."""
    replies = [enter(subject=f"person-{n}") and request_code(f"person-{n}") for n in range(6)]

    assert [reply.status for reply in replies] == [202] * 5 + [429]
    assert refusal(replies[5]) == (429, "too-many-phone-codes")
    assert len(texts()) == 5


def test_refused_code_is_not_counted(later: SetClock) -> None:
    """A person over the limit does not use up the limit of a number."""
    for n in range(6):
        enter(f"+44207946000{n}")
        request_code()
    for n in range(5):
        enter("+442079460005", subject=f"person-{n}")

    assert [request_code(f"person-{n}").status for n in range(5)] == [202] * 5


@pytest.mark.parametrize("countries", ["[]", '["+1"]'])
def test_no_code_is_sent_to_another_country(countries: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By default no country is allowed."""
    monkeypatch.setenv("SMS_COUNTRIES", countries)
    enter()

    assert refusal(request_code()) == (422, "phone-unreachable")
    assert texts() == []


def test_number_that_sns_rejects_is_unreachable(sns: FakeService) -> None:
    """For example, its owner stopped all messages; the reason of SNS, which has the number, is not shown."""
    enter()
    sns.failures = ["InvalidParameter"]

    reply = request_code()

    assert refusal(reply) == (422, "phone-unreachable")
    assert "example.org" not in str(reply.body)


@pytest.mark.parametrize("failure", ["ThrottlingException", None])
def test_failed_code_is_counted_and_may_be_requested_again(
    failure: str | None, sns: FakeService, items: Items
) -> None:
    """SNS may have sent it: a retry sends another, and both count."""
    enter()
    sns.failures = [failure]

    assert [request_code().status for _ in range(5)] == [503, 202, 202, 202, 202]
    assert request_code().status == 429
    assert len(sns.accepted) == 4


def test_text_message_is_transactional(sns: FakeService) -> None:
    """The message names the product, and warns of handing the code on."""
    enter()
    request_code()

    (sent,) = sns.accepted
    assert (sent["PhoneNumber"], sent["MessageAttributes.entry.1.Value.StringValue"]) == (
        PHONE,
        "Transactional",
    )
    assert sent["Message"][6:] == " is your Strata code, valid for 10 minutes. Do not pass it on."


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "١٢٣٤٥٦", "123456\n", 123456])
def test_code_has_six_digits(code: Any) -> None:
    """Other values do not use an attempt."""
    enter()
    request_code()

    assert verify(code).status == 400
    assert verify(last_code()).status == 200


def test_log_has_no_code_and_no_number(log: Callable[[], list[dict[str, Any]]]) -> None:
    """Who reads the log can neither verify the number nor learn it."""
    enter()
    log()
    request_code()
    verify(last_code())

    lines = log()
    assert len(lines) == 2
    assert PHONE not in str(lines)
    assert last_code() not in str(lines)
