"""Verification of a person's phone number: a code is sent to it by SMS, and the person returns the code."""

from __future__ import annotations

import time

from handlers.kit import aws, clock, messages
from handlers.me import logic, storage
from handlers.me.errors import (
    PhoneAlreadyVerified,
    PhoneCodeExpired,
    PhoneCodeWrong,
    PhoneMissing,
    PhoneUnreachable,
)
from handlers.me.models import Person, PhoneCode, SentCode
from handlers.users import logic as users
from handlers.users.models import User
from handlers.users.storage import Record

CODE_SECONDS = 600
ATTEMPTS = 5
SMS = "{code} is your Strata code, valid for 10 minutes. Do not pass it on."


def send_code(person: Person) -> SentCode:
    """Send a new code to the phone number in the person's profile; it replaces an earlier code.

    Raises:
        PhoneMissing, PhoneAlreadyVerified: there is no number to verify.
        PhoneUnreachable: the stack config does not allow the number's country, or SNS rejected the number.
        TooManyPhoneCodes, TooManyPhoneAttempts: like `storage.store`.
        EmailMissing, EmailUnverified, ProfileNotLinked, ProfileDeleted, ProfileDisabled: like `logic.read`.
    """
    user = logic.read(person).user
    phone = _unverified(user)
    if not messages.is_sms_allowed(phone):
        raise PhoneUnreachable("no text messages are sent to numbers of this country")
    text, code = _new_code(phone)
    storage.store(user.id, code)  # Before it is sent, so that no failure sends more codes than are counted.
    try:
        with aws.calling("the text message service"):
            messages.send_sms(phone, SMS.format(code=text))
    except messages.MessageRejected:
        raise PhoneUnreachable("the number cannot receive text messages, or its owner stopped them") from None
    return SentCode(clock.timestamp(code.expires_at), code.attempts)


def verify(person: Person, text: str) -> User:
    """Verify the phone number in the person's profile with the code that was sent to it.

    Returns the profile unchanged if the number is verified already.

    Raises:
        PhoneMissing: the profile has no number.
        PhoneCodeWrong: it is another code; the text has the number of attempts that are left.
        PhoneCodeExpired: the number has no code, the code has expired, or the number was changed.
        TooManyPhoneAttempts: no attempt was left.
        EmailMissing, EmailUnverified, ProfileNotLinked, ProfileDeleted, ProfileDisabled: like `logic.read`.
    """
    user = logic.read(person).user
    if user.phone_verified:
        return user
    phone = _unverified(user)
    code = storage.use_attempt(user.id, phone)
    if not _is_code(text, code):
        left = f"{code.attempts} attempt{'s' * (code.attempts != 1)} left"
        raise PhoneCodeWrong(f"this is not the code that was sent to the number; {left}")

    def unchanged() -> Record:
        record = logic.read(person)
        if record.user.phone != phone:
            raise PhoneCodeExpired("the phone number was changed; request a code for the new one")
        return record

    verified = users.verify_phone(unchanged)
    storage.delete(user.id)
    return verified


def _unverified(user: User) -> str:
    if user.phone is None:
        raise PhoneMissing("enter a phone number first: PATCH /me")
    if user.phone_verified:
        raise PhoneAlreadyVerified("the phone number of this profile is verified")
    return user.phone


def _new_code(phone: str) -> tuple[str, PhoneCode]:
    import secrets  # late: it imports `random`

    text, salt = f"{secrets.randbelow(10**6):06}", secrets.token_bytes(16)
    expires_at = int(time.time()) + CODE_SECONDS
    return text, PhoneCode(phone, salt, _digest(text, salt), ATTEMPTS, expires_at)


def _is_code(text: str, code: PhoneCode) -> bool:
    from hmac import compare_digest

    return compare_digest(_digest(text, code.salt), code.digest)


def _digest(text: str, salt: bytes) -> bytes:
    """Return the digest of a code, which is stored in its place.

    There are only a million codes. Scrypt makes it take hours of CPU time to try them all against a digest
    that was read from the table, and the code is valid for minutes.
    """
    from hashlib import scrypt

    return scrypt(text.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
