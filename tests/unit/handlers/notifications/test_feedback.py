"""SES's feedback: confirmed effects, suppressed addresses and dead-lettered messages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from handlers.events.effect import InDoubt, effect
from handlers.notifications.feedback import handler
from handlers.notifications.send import handler as send
from tests.unit.handlers.events.samples import batch, document, message
from tests.unit.handlers.fake_service import FakeService
from tests.unit.handlers.lambda_ import Context, recorded
from tests.unit.handlers.notifications.conftest import leave_in_doubt

Items = Callable[[str], list[dict[str, Any]]]
Log = Callable[[], list[dict[str, Any]]]
Reasons = Callable[[], list[str]]
DONE: dict[str, Any] = {"batchItemFailures": []}
EFFECT = "welcome-mail:01a1fe60-d2ca-7f93-a9ee-f0ab47dd44d5"
MESSAGE_ID = "010001890f6f8d3a-1f4e6d3c-0000"


def ses_event(event_type: str, **more: Any) -> dict[str, Any]:
    """Return an event as SES publishes it; an argument of None removes a part."""
    event = {**recorded("ses_event"), "eventType": event_type, **more}
    return {name: part for name, part in event.items() if part is not None}


def receive(body: Any) -> dict[str, Any]:
    return handler(batch(message(body)), Context())


def bounce(bounce_type: str, *addresses: str) -> dict[str, Any]:
    recipients = [{"emailAddress": address, "action": "failed", "status": "5.1.1"} for address in addresses]
    bounced = {"bounceType": bounce_type, "bounceSubType": "General", "bouncedRecipients": recipients}
    return ses_event("Bounce", bounce={**bounced, "timestamp": "2026-11-21T14:00:01.000Z", "feedbackId": "1"})


def complaint(**more: Any) -> dict[str, Any]:
    details = {
        "complainedRecipients": [{"emailAddress": "Ada@example.org"}],
        "timestamp": "2026-11-21T14:00:02.000Z",
        "feedbackId": "2",
    }
    return ses_event("Complaint", complaint={**details, **more})


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("event_type", ["Send", "Delivery"])
def test_sent_email_is_confirmed(event_type: str) -> None:
    """SES's report of the email ends the doubt about its effect."""
    leave_in_doubt(EFFECT)
    with pytest.raises(InDoubt), effect(EFFECT):
        pass

    assert receive(ses_event(event_type)) == DONE

    with effect(EFFECT) as fresh:
        assert fresh is False


def test_log_identifies_the_event_but_no_person(aws: Any, log: Log) -> None:
    """The log line contains the event's id, type and correlation id, and no address."""
    receive(bounce("Permanent", "ada@example.org"))

    lines = log()
    line = {key: lines[0][key] for key in ("eventId", "eventType", "correlationId", "outcome")}
    assert line == {
        "eventId": f"{MESSAGE_ID}:mail.bounce",
        "eventType": "mail.bounce",
        "correlationId": "request.of_ada",
        "outcome": "done",
    }
    assert "ada@" not in json.dumps(lines)


def test_permanent_bounce_suppresses_every_address(items: Items) -> None:
    """Each address is stored in lower case with reason, time and correlation id."""
    event = bounce("Permanent", "Ada@Example.org", "grace@example.org")

    assert [receive(event), receive(event)] == [DONE, DONE]

    suppression = {
        "reason": {"S": "bounce"},
        "at": {"S": "2026-11-21T14:00:01.000Z"},
        "correlationId": {"S": "request.of_ada"},
    }
    assert sorted(items("ADDRESSES_TABLE"), key=lambda item: item["address"]["S"]) == [
        {"address": {"S": "ada@example.org"}, **suppression},
        {"address": {"S": "grace@example.org"}, **suppression},
    ]


@pytest.mark.parametrize("bounce_type", ["Transient", "Undetermined"])
def test_temporary_bounce_suppresses_nothing(items: Items, log: Log, bounce_type: str) -> None:
    """A full mailbox, for example, may accept email later."""
    assert receive(bounce(bounce_type, "ada@example.org")) == DONE
    assert (items("ADDRESSES_TABLE"), log()[0]["outcome"]) == ([], "skipped")


def test_complaint_suppresses_the_address(items: Items) -> None:
    """A recipient who complains gets no further email."""
    assert receive(complaint(complaintFeedbackType="abuse")) == DONE

    assert items("ADDRESSES_TABLE") == [
        {
            "address": {"S": "ada@example.org"},
            "reason": {"S": "complaint"},
            "at": {"S": "2026-11-21T14:00:02.000Z"},
            "correlationId": {"S": "request.of_ada"},
        }
    ]


def test_not_spam_report_suppresses_nothing(items: Items) -> None:
    """SES publishes a not-spam report as a complaint."""
    assert receive(complaint(complaintFeedbackType="not-spam")) == DONE
    assert items("ADDRESSES_TABLE") == []


def test_bounced_address_gets_no_further_email(ada: dict[str, Any], ses: FakeService) -> None:
    """A permanent bounce prevents the next email to the address."""
    receive(bounce("Permanent", ada["email"]))

    send(batch(message(document(data={"user": ada}))), Context())

    assert ses.accepted == []


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (ses_event("Reject", reject={"reason": "Bad content"}), "SES rejected the email: Bad content"),
        (
            ses_event("Rendering Failure", failure={"errorMessage": "Attribute 'name' is not present"}),
            "SES could not render the template: Attribute 'name' is not present",
        ),
    ],
)
def test_accepted_but_unsent_email_is_dead_lettered(
    aws: Any, reasons: Reasons, event: dict[str, Any], reason: str
) -> None:
    """The reason in the dead-letter queue is SES's."""
    assert receive(event) == DONE
    assert reasons() == [reason]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("Successfully validated SNS topic", "the message is not JSON"),
        ({"eventType": "Open"}, "/eventType: Invalid enum value 'Open'"),
        (ses_event("Send", mail=None), ": Object missing required field `mail`"),
        (ses_event("Send", mail={"messageId": 1}), "/mail/messageId: Expected `str`, got `int`"),
    ],
)
def test_unreadable_message_is_dead_lettered(aws: Any, reasons: Reasons, body: Any, reason: str) -> None:
    """The reason names the fault, and the message is not retried."""
    assert receive(body) == DONE
    assert reasons() == [reason]


def test_email_without_an_effect_confirms_nothing(items: Items, log: Log) -> None:
    """An email sent by hand with the configuration set has no effect tag."""
    mail = {**recorded("ses_event")["mail"], "tags": {"ses:configuration-set": ["strata-test-mail"]}}

    assert receive(ses_event("Send", mail=mail)) == DONE
    assert (log()[0]["outcome"], items("EFFECTS_TABLE")) == ("skipped", [])
