"""What notifications are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

Reason = Literal["bounce", "complaint"]


class Letter(NamedTuple):
    """A mail to be.

    Attributes:
        address: whom it is for.
        data: what its template is filled with.
        effect: the effect that it is, which comes back with everything that SES tells of it.
        correlation_id: the request that set it off.
    """

    address: str
    data: Mapping[str, str]
    effect: str
    correlation_id: str


class Feedback(Struct, frozen=True, kw_only=True):
    """What SES tells of a mail.

    Attributes:
        type: such as `mail.delivery`.
        id: the same however often it is told.
        correlation_id: the request that set the mail off.
        effect: the effect that the mail is; None for a mail that is none of ours.
        at: when it happened, RFC 3339.
        unreachable: addresses that must not be written to again, with `reason`.
        fault: why SES took the mail and did not send it; None where it did.
    """

    type: str
    id: str
    correlation_id: str
    effect: str | None
    at: str
    unreachable: Sequence[str] = ()
    reason: Reason | None = None
    fault: str | None = None


class Mark(NamedTuple):
    """That an address must not be written to: since when, why, and the request whose mail told so."""

    address: str
    reason: Reason
    at: str
    correlation_id: str
