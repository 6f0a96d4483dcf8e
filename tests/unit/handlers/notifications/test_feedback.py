"""What SES tells, and what follows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from handlers.events.effect import InDoubt, effect
from handlers.notifications.feedback import handler
from handlers.notifications.send import handler as send
from tests.unit.handlers.events.samples import batch, document, message
from tests.unit.handlers.lambda_ import Context, recorded
from tests.unit.handlers.notifications.conftest import Carrier, begun

Items = Callable[[str], list[dict[str, Any]]]
Log = Callable[[], list[dict[str, Any]]]
Reasons = Callable[[], list[str]]
DONE: dict[str, Any] = {"batchItemFailures": []}
EFFECT = "welcome-mail:01a1fe60-d2ca-7f93-a9ee-f0ab47dd44d5"
MESSAGE_ID = "010001890f6f8d3a-1f4e6d3c-0000"


def published(kind: str, **more: Any) -> dict[str, Any]:
    """What SES publishes on the topic of a mail of ours; an argument of None leaves a part out."""
    event = {**recorded("ses_event"), "eventType": kind, **more}
    return {name: part for name, part in event.items() if part is not None}


def tell(body: Any) -> dict[str, Any]:
    return handler(batch(message(body)), Context())


def bounce(kind: str, *addresses: str) -> dict[str, Any]:
    recipients = [{"emailAddress": address, "action": "failed", "status": "5.1.1"} for address in addresses]
    told = {"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": recipients}
    return published("Bounce", bounce={**told, "timestamp": "2026-11-21T14:00:01.000Z", "feedbackId": "1"})


def complaint(**more: Any) -> dict[str, Any]:
    told = {
        "complainedRecipients": [{"emailAddress": "Ada@example.org"}],
        "timestamp": "2026-11-21T14:00:02.000Z",
        "feedbackId": "2",
    }
    return published("Complaint", complaint={**told, **more})


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("kind", ["Send", "Delivery"])
def test_what_was_sent_is_confirmed(kind: str) -> None:
    """An effect in doubt is done when SES tells of its mail."""
    begun(EFFECT)
    with pytest.raises(InDoubt), effect(EFFECT):
        pass

    assert tell(published(kind)) == DONE

    with effect(EFFECT) as fresh:
        assert fresh is False


def test_log_names_the_event_and_nobody(aws: Any, log: Log) -> None:
    """The line has the id, the type and the correlation id of the request, and no address."""
    tell(bounce("Permanent", "ada@example.org"))

    lines = log()
    line = {key: lines[0][key] for key in ("eventId", "eventType", "correlationId", "outcome")}
    assert line == {
        "eventId": f"{MESSAGE_ID}:mail.bounce",
        "eventType": "mail.bounce",
        "correlationId": "request.of_ada",
        "outcome": "done",
    }
    assert "ada@" not in json.dumps(lines)


def test_bounce_for_good_marks_every_address(items: Items) -> None:
    """An address is kept in lower case, with why, since when and whose mail it was."""
    told = bounce("Permanent", "Ada@Example.org", "grace@example.org")

    assert [tell(told), tell(told)] == [DONE, DONE]

    mark = {
        "reason": {"S": "bounce"},
        "at": {"S": "2026-11-21T14:00:01.000Z"},
        "correlationId": {"S": "request.of_ada"},
    }
    assert sorted(items("ADDRESSES_TABLE"), key=lambda item: item["address"]["S"]) == [
        {"address": {"S": "ada@example.org"}, **mark},
        {"address": {"S": "grace@example.org"}, **mark},
    ]


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_bounce_for_now_marks_nothing(items: Items, log: Log, kind: str) -> None:
    """A full mailbox has room again some day."""
    assert tell(bounce(kind, "ada@example.org")) == DONE
    assert (items("ADDRESSES_TABLE"), log()[0]["outcome"]) == ([], "skipped")


def test_complaint_marks_the_address(items: Items) -> None:
    """Who complains is not written to again."""
    assert tell(complaint(complaintFeedbackType="abuse")) == DONE

    assert items("ADDRESSES_TABLE") == [
        {
            "address": {"S": "ada@example.org"},
            "reason": {"S": "complaint"},
            "at": {"S": "2026-11-21T14:00:02.000Z"},
            "correlationId": {"S": "request.of_ada"},
        }
    ]


def test_word_that_it_is_no_spam_marks_nothing(items: Items) -> None:
    """SES reports that as a complaint too."""
    assert tell(complaint(complaintFeedbackType="not-spam")) == DONE
    assert items("ADDRESSES_TABLE") == []


def test_after_a_bounce_nothing_more_is_sent(ada: dict[str, Any], mails: Carrier) -> None:
    """The mark keeps the next mail from going out."""
    tell(bounce("Permanent", ada["email"]))

    send(batch(message(document(data={"user": ada}))), Context())

    assert mails.given == []


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (published("Reject", reject={"reason": "Bad content"}), "SES rejected the mail: Bad content"),
        (
            published("Rendering Failure", failure={"errorMessage": "Attribute 'name' is not present"}),
            "SES could not fill the template: Attribute 'name' is not present",
        ),
    ],
)
def test_mail_that_was_taken_and_not_sent_is_a_dead_letter(
    aws: Any, reasons: Reasons, told: dict[str, Any], reason: str
) -> None:
    """A person has to look."""
    assert tell(told) == DONE
    assert reasons() == [reason]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("Successfully validated SNS topic", "the message is not JSON"),
        ({"eventType": "Open"}, "/eventType: Invalid enum value 'Open'"),
        (published("Send", mail=None), ": Object missing required field `mail`"),
        (published("Send", mail={"messageId": 1}), "/mail/messageId: Expected `str`, got `int`"),
    ],
)
def test_what_cannot_be_read_is_a_dead_letter(aws: Any, reasons: Reasons, body: Any, reason: str) -> None:
    """It names what is wrong and holds up nobody."""
    assert tell(body) == DONE
    assert reasons() == [reason]


def test_mail_of_somebody_else_confirms_nothing(items: Items, log: Log) -> None:
    """What was sent by hand in the configuration set has no effect of ours."""
    mail = {**recorded("ses_event")["mail"], "tags": {"ses:configuration-set": ["strata-test-mail"]}}

    assert tell(published("Send", mail=mail)) == DONE
    assert (log()[0]["outcome"], items("EFFECTS_TABLE")) == ("skipped", [])
