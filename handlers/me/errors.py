"""Refusals of the me domain; `handlers/kit/errors.py` has their base classes.

Forbidden
├── NotAPerson
├── EmailMissing
└── EmailUnverified
Conflict
├── ProfileNotLinked
├── PhoneMissing
├── PhoneAlreadyVerified
└── PhoneCodeExpired
Unprocessable
├── PhoneUnreachable
└── PhoneCodeWrong
TooManyRequests
├── TooManyPhoneCodes
└── TooManyPhoneAttempts
"""

from handlers.kit.errors import (
    Conflict,
    Forbidden,
    PreconditionFailed,
    TooManyRequests,
    Unavailable,
    Unprocessable,
)
from handlers.users.access import REFUSALS


class NotAPerson(Forbidden):
    """The token is not a person's access token."""

    title = "Only people have a profile"


class EmailMissing(Forbidden):
    """The token has no email address that is valid for a profile."""

    title = "The token has no usable email address"


class EmailUnverified(Forbidden):
    """The token's email address is not verified, so it may belong to another person."""

    title = "The email address is not verified"


class ProfileNotLinked(Conflict):
    """The profile with the person's email address is linked to another sign-in."""

    title = "The email address belongs to another profile"


class PhoneMissing(Conflict):
    """The profile has no phone number."""

    title = "The profile has no phone number"


class PhoneAlreadyVerified(Conflict):
    """The phone number is verified already."""

    title = "The phone number is verified already"


class PhoneCodeExpired(Conflict):
    """The phone number has no code, or its code has expired."""

    title = "The code has expired"


class PhoneUnreachable(Unprocessable):
    """No text message can be sent to the phone number."""

    title = "The phone number cannot receive text messages"


class PhoneCodeWrong(Unprocessable):
    """The code is not the one that was sent."""

    title = "The code is wrong"


class TooManyPhoneCodes(TooManyRequests):
    """The person requested, or the phone number received, too many codes today."""

    title = "Too many codes were requested"


class TooManyPhoneAttempts(TooManyRequests):
    """The attempts of the last code are used up."""

    title = "Too many wrong codes were tried"


TO_READ = (NotAPerson, EmailMissing, EmailUnverified, *REFUSALS, ProfileNotLinked, Unavailable)
"""The refusals of every operation on the caller's profile."""

TO_CHANGE = (*TO_READ, PreconditionFailed)
"""The refusals of an operation that changes the caller's profile."""

_PHONE = (*TO_READ, PhoneMissing, TooManyPhoneAttempts)

TO_SEND_CODE = (*_PHONE, PhoneAlreadyVerified, PhoneUnreachable, TooManyPhoneCodes)
"""The refusals of an operation that sends a code to the caller's phone number."""

TO_VERIFY_PHONE = (*_PHONE, PhoneCodeExpired, PhoneCodeWrong)
"""The refusals of an operation that verifies the caller's phone number."""
