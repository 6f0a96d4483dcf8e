"""Parses the events that SES publishes about emails.

The types cover the fields in use of SES's event publishing:
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


class _Event(Struct, rename="camel"):
    event_type: EventType
    mail: _Mail
    bounce: _Bounce | None = None
    complaint: _Complaint | None = None
    reject: _Reject | None = None
    failure: _Failure | None = None


def read(document: Mapping[str, Any]) -> Feedback:
    """Return the feedback in an event of SES.

    Raises:
        InvalidEvent: the event is not one that the topic subscribes to.
    """
    try:
        event = msgspec.convert(document, _Event)
    except msgspec.ValidationError as error:
        raise InvalidEvent(fault("", error)) from None
    mail, event_type = event.mail, f"mail.{event.event_type.lower().replace(' ', '-')}"
    reason, to_suppress, at = _suppressed(event)
    return Feedback(
        type=event_type,
        id=f"{mail.message_id}:{event_type}",
        correlation_id=correlation.accepted(_tag(mail, "correlation")),
        effect=_tag(mail, "effect"),
        at=at,
        to_suppress=to_suppress,
        reason=reason,
        fault=_fault(event),
    )


def _suppressed(event: _Event) -> tuple[Reason | None, Sequence[str], str]:
    """Return the reason for a suppression, the addresses to suppress, and the time of the event."""
    bounce, complaint = event.bounce, event.complaint
    if bounce is not None and bounce.bounce_type == "Permanent":
        return "bounce", _addresses(bounce.bounced_recipients), bounce.timestamp
    # SES also reports recipients who mark an email as not spam.
    if complaint is not None and complaint.complaint_feedback_type != "not-spam":
        return "complaint", _addresses(complaint.complained_recipients), complaint.timestamp
    return None, (), event.mail.timestamp


def _addresses(recipients: Sequence[_Recipient]) -> list[str]:
    return [recipient.email_address for recipient in recipients]


def _fault(event: _Event) -> str | None:
    if event.reject is not None:
        return f"SES rejected the email: {event.reject.reason}"
    if event.failure is not None:
        return f"SES could not render the template: {event.failure.error_message}"
    return None


def _tag(mail: _Mail, name: str) -> str | None:
    found = mail.tags.get(name)
    return tags.decoded(found[0]) if found else None
