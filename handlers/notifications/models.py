"""The types of notifications: emails, SES's feedback on them, and entries of the suppression list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

Reason = Literal["bounce", "complaint"]


class Email(NamedTuple):
    """An email to send.

    Attributes:
        address: the recipient.
        data: the values of the template's placeholders.
        effect: the name of the effect that sending it is; SES returns it in its feedback.
        correlation_id: the correlation id of the request that caused the email.
    """

    address: str
    data: Mapping[str, str]
    effect: str
    correlation_id: str


class Feedback(Struct, frozen=True, kw_only=True):
    """An event that SES reports about a sent email.

    Attributes:
        type: the type of the event, such as `mail.delivery`.
        id: the id of the event, the same for every delivery.
        correlation_id: the correlation id of the request that caused the email.
        effect: the effect that sending the email is; None for an email that this platform did not send.
        at: the time of the event, RFC 3339.
        to_suppress: addresses to put on the suppression list, with `reason`.
        reason: why those addresses are suppressed.
        fault: why SES accepted the email and did not send it; None if it was sent.
    """

    type: str
    id: str
    correlation_id: str
    effect: str | None
    at: str
    to_suppress: Sequence[str] = ()
    reason: Reason | None = None
    fault: str | None = None


class Suppression(NamedTuple):
    """An entry of the suppression list: an address that must not receive email.

    Attributes:
        address: the suppressed address.
        reason: the type of feedback that suppressed it.
        at: the time of that feedback, RFC 3339.
        correlation_id: the correlation id of the request that caused the email.
    """

    address: str
    reason: Reason
    at: str
    correlation_id: str
