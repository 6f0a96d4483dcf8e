"""A person's phone number, which a code verifies."""

from __future__ import annotations

from tests.local.events.senders import phone_number
from tests.local.platform import Platform
from tests.local.users.profiles import code_sent_to, newcomer, profile, verify_phone


def test_code_verifies_the_number_until_it_changes(platform: Platform) -> None:
    """The administrators see it too, and a change by them ends it as well."""
    phone = phone_number()
    with newcomer(platform) as token:
        verified = verify_phone(platform, token, phone)
        path = f"/users/{verified['id']}"
        seen = platform.ask("GET", path, platform.admin).json()
        changed = platform.ask("PATCH", path, platform.admin, json={"phone": phone_number()}).json()

        assert (verified["phoneVerified"], verified["phone"]) == (True, phone)
        assert seen == verified
        assert changed["phoneVerified"] is False
        assert profile(platform, token) == changed


def test_wrong_codes_are_limited(platform: Platform) -> None:
    """Five attempts are refused with 422; after them the right code is 429, with the time to wait."""
    phone = phone_number()
    with newcomer(platform) as token:
        platform.ask("PATCH", "/me", token, json={"phone": phone})
        platform.ask("POST", "/me/phone-codes", token)
        code = code_sent_to(platform, phone)
        wrong = {"code": f"{(int(code) + 1) % 10**6:06}"}
        statuses = [platform.ask("POST", "/me/phone", token, json=wrong).status_code for _ in range(5)]
        locked = platform.ask("POST", "/me/phone", token, json={"code": code})

        assert statuses == [422] * 5
        assert (locked.status_code, locked.headers["Content-Type"]) == (429, "application/problem+json")
        assert 500 < int(locked.headers["Retry-After"]) <= 600
        assert profile(platform, token)["phoneVerified"] is False


def test_number_receives_five_codes_a_day(platform: Platform) -> None:
    """Each new account may enter the number, and none gets a sixth code to it."""
    phone = phone_number()
    statuses: list[int] = []
    for _ in range(6):
        with newcomer(platform) as token:
            platform.ask("PATCH", "/me", token, json={"phone": phone})
            statuses.append(platform.ask("POST", "/me/phone-codes", token).status_code)

    assert statuses == [202] * 5 + [429]
    assert len(platform.texts(phone)) == 5
