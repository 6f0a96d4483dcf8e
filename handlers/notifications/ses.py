"""What SES publishes of a mail, as feedback.

The shapes are those of SES's event publishing, as far as they are read:
https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from handlers.events.event import InvalidEvent, fault
from handlers.kit import correlation
from handlers.notifications import tags
from handlers.notifications.models import Feedback, Reason

EventType = Literal["Send", "Delivery", "Bounce", "Complaint", "Reject", "Rendering Failure"]


class _Recipient(Struct, rename="camel"):
    email_address: str


class _Bounce(Struct, rename="camel"):
    bounce_type: str
    bounced_recipients: Sequence[_Recipient]
    timestamp: str


class _Complaint(Struct, rename="camel"):
    complained_recipients: Sequence[_Recipient]
    timestamp: str
    complaint_feedback_type: str | None = None


class _Reject(Struct):
    reason: str = "unknown"


class _Failure(Struct, rename="camel"):
    error_message: str = "unknown"


class _Mail(Struct, rename="camel"):
    message_id: str
    timestamp: str
    tags: Mapping[str, Sequence[str]] = {}


class _Document(Struct, rename="camel"):
    event_type: EventType
    mail: _Mail
    bounce: _Bounce | None = None
    complaint: _Complaint | None = None
    reject: _Reject | None = None
    failure: _Failure | None = None


def read(document: Mapping[str, Any]) -> Feedback:
    """What SES tells.

    Raises:
        InvalidEvent: where it is none of what is subscribed to.
    """
    try:
        told = msgspec.convert(document, _Document)
    except msgspec.ValidationError as error:
        raise InvalidEvent(fault("", error)) from None
    mail, kind = told.mail, f"mail.{told.event_type.lower().replace(' ', '-')}"
    reason, unreachable, at = _unreachable(told)
    return Feedback(
        type=kind,
        id=f"{mail.message_id}:{kind}",
        correlation_id=correlation.accepted(_tag(mail, "correlation")),
        effect=_tag(mail, "effect"),
        at=at,
        unreachable=unreachable,
        reason=reason,
        fault=_fault(told),
    )


def _unreachable(told: _Document) -> tuple[Reason | None, Sequence[str], str]:
    """Why which addresses must not be written to again, and since when."""
    bounce, complaint = told.bounce, told.complaint
    if bounce is not None and bounce.bounce_type == "Permanent":
        return "bounce", _addresses(bounce.bounced_recipients), bounce.timestamp
    # Who moves a mail out of the junk folder is reported too.
    if complaint is not None and complaint.complaint_feedback_type != "not-spam":
        return "complaint", _addresses(complaint.complained_recipients), complaint.timestamp
    return None, (), told.mail.timestamp


def _addresses(recipients: Sequence[_Recipient]) -> list[str]:
    return [recipient.email_address for recipient in recipients]


def _fault(told: _Document) -> str | None:
    if told.reject is not None:
        return f"SES rejected the mail: {told.reject.reason}"
    if told.failure is not None:
        return f"SES could not fill the template: {told.failure.error_message}"
    return None


def _tag(mail: _Mail, name: str) -> str | None:
    found = mail.tags.get(name)
    return tags.decoded(found[0]) if found else None
