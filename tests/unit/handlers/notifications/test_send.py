"""Who is welcomed, how, and how often."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from handlers.notifications import storage
from handlers.notifications.logic import WELCOME_SMS
from handlers.notifications.models import Mark
from handlers.notifications.send import handler
from handlers.users.change import handler as change
from handlers.users.delete import handler as delete
from tests.unit.handlers.events.samples import batch, document, message
from tests.unit.handlers.lambda_ import Context, call, request
from tests.unit.handlers.notifications.conftest import Carrier

Log = Callable[[], list[dict[str, Any]]]
Reasons = Callable[[], list[str]]
Prefer = Callable[..., None]
DONE: dict[str, Any] = {"batchItemFailures": []}
AGAIN = {"batchItemFailures": [{"itemIdentifier": "message-1"}]}


def told(user: dict[str, Any], kind: str = "user.created") -> dict[str, Any]:
    """The batch that tells of a user, whatever has become of it since."""
    data = {"user": user} | ({"previous": user, "changed": ["name"]} if kind == "user.updated" else {})
    event = document(kind, data=data, metadata={"correlationId": "request.of_ada"})
    return batch(message(event))


def tell(user: dict[str, Any], kind: str = "user.created") -> dict[str, Any]:
    return handler(told(user, kind), Context())


def outcomes(log: Log) -> list[str]:
    return [line["outcome"] for line in log() if line["message"] == "event"]


def failures(log: Log) -> list[str]:
    """Why events failed, by the kind of error."""
    return [line["error"].partition(":")[0] for line in log() if line.get("outcome") == "failed"]


def test_new_user_gets_a_mail(ada: dict[str, Any], mails: Carrier, messages: Carrier) -> None:
    """The whole request: sender, address, template with its data, configuration set and tags."""
    assert tell(ada) == DONE

    (mail,) = mails.given
    data = json.loads(mail["Content"]["Template"].pop("TemplateData"))
    assert data == {"name": "Ada", "nameHtml": "Ada"}
    assert mail == {
        "FromEmailAddress": "no-reply@example.com",
        "Destination": {"ToAddresses": ["ada@example.org"]},
        "Content": {"Template": {"TemplateName": "strata-test-welcome"}},
        "ConfigurationSetName": "strata-test-mail",
        "EmailTags": [
            {"Name": "effect", "Value": f"welcome-mail_c{ada['id']}"},
            {"Name": "correlation", "Value": "request_dof_uada"},
        ],
    }
    assert messages.given == []


def test_event_that_comes_twice_sends_once(
    ada: dict[str, Any], mails: Carrier, messages: Carrier, prefer: Prefer, log: Log
) -> None:
    """However often the event is delivered, the mail and the SMS go out once."""
    prefer(ada, sms=True)
    log()

    assert [tell(ada), tell(ada)] == [DONE, DONE]

    assert (len(mails.given), len(messages.given)) == (1, 1)
    assert outcomes(log) == ["done", "repeated"]


def test_batch_of_the_same_event_sends_once(ada: dict[str, Any], mails: Carrier) -> None:
    """Two copies in one batch are one event."""
    (copy,) = told(ada)["Records"]

    assert handler(batch(copy, {**copy, "messageId": "message-2"}), Context()) == DONE
    assert len(mails.given) == 1


def test_consent_and_a_telephone_bring_an_sms(
    ada: dict[str, Any], mails: Carrier, messages: Carrier, prefer: Prefer
) -> None:
    """The SMS waits for the event after which the user has both, and comes once."""
    tell(ada)
    tell(ada, "user.updated")
    assert messages.given == []

    prefer(ada, sms=True)
    tell(ada, "user.updated")
    tell(ada, "user.updated")

    (sms,) = messages.given
    assert sms == {
        "Action": "Publish",
        "Version": "2010-03-31",
        "PhoneNumber": "+442079460000",
        "Message": WELCOME_SMS,
        "MessageAttributes.entry.1.Name": "AWS.SNS.SMS.SMSType",
        "MessageAttributes.entry.1.Value.DataType": "String",
        "MessageAttributes.entry.1.Value.StringValue": "Transactional",
    }
    assert len(mails.given) == 1


def test_change_long_after_the_sms_brings_no_other(
    ada: dict[str, Any], mails: Carrier, messages: Carrier, prefer: Prefer, aws: Any
) -> None:
    """A user may change at any time: that one was welcomed is remembered without an end."""
    prefer(ada, sms=True)
    tell(ada, "user.updated")
    for effect in aws.scan(TableName="effects-1a2b3c")["Items"]:
        if "expiresAt" in effect:  # what DynamoDB removes when its time has come
            aws.delete_item(TableName="effects-1a2b3c", Key={"id": effect["id"]})

    assert tell(ada, "user.updated") == DONE
    assert len(messages.given) == 1


def test_consent_without_a_telephone_brings_no_sms(
    ada: dict[str, Any], mails: Carrier, messages: Carrier, prefer: Prefer
) -> None:
    """There is nothing to send to."""
    prefer(ada, sms=True)
    call(change, request(path={"userId": ada["id"]}, body={"phone": None}))

    assert tell(ada) == DONE
    assert (len(mails.given), messages.given) == (1, [])


def test_who_wants_no_mail_gets_none(ada: dict[str, Any], mails: Carrier, prefer: Prefer, log: Log) -> None:
    """What counts is what the user wants when the event comes."""
    prefer(ada, email=False)
    log()

    assert tell(ada) == DONE
    assert mails.given == []
    assert outcomes(log) == ["skipped"]


def test_marked_address_gets_nothing(ada: dict[str, Any], mails: Carrier, log: Log) -> None:
    """An address that bounced is not written to, in whatever case it stands with the user."""
    storage.mark(Mark("ADA@example.org", "bounce", "2026-11-21T14:00:00Z", "correlation-1"))
    log()

    assert tell(ada) == DONE
    assert mails.given == []
    assert outcomes(log) == ["skipped"]


def test_new_address_in_place_of_a_marked_one_is_free(ada: dict[str, Any], mails: Carrier) -> None:
    """The mark is the address's, not the user's; and the mail goes to where the user is now."""
    storage.mark(Mark("ada@example.org", "complaint", "2026-11-21T14:00:00Z", "correlation-1"))
    call(change, request(path={"userId": ada["id"]}, body={"email": "lovelace@example.org"}))

    tell(ada)

    assert [mail["Destination"] for mail in mails.given] == [{"ToAddresses": ["lovelace@example.org"]}]


def test_disabled_user_gets_nothing(
    ada: dict[str, Any], mails: Carrier, messages: Carrier, prefer: Prefer
) -> None:
    """Who was disabled before the event came is left alone."""
    prefer(ada, sms=True)
    call(change, request(path={"userId": ada["id"]}, body={"status": "disabled"}))

    assert tell(ada) == DONE
    assert (mails.given, messages.given) == ([], [])


def test_deleted_user_gets_nothing(ada: dict[str, Any], mails: Carrier, messages: Carrier) -> None:
    """Who is gone is not written to."""
    assert call(delete, request(path={"userId": ada["id"]})).status == 204

    assert tell(ada) == DONE
    assert (mails.given, messages.given) == ([], [])


@pytest.mark.parametrize("code", ["TooManyRequestsException", "SendingPausedException", "InternalFailure"])
def test_mail_that_is_refused_for_now_is_tried_again(
    ada: dict[str, Any], mails: Carrier, reasons: Reasons, log: Log, code: str
) -> None:
    """The message comes again, and the mail goes out then; the log names the refusal and nobody."""
    mails.troubles = [code]
    log()

    assert [tell(ada), tell(ada)] == [AGAIN, DONE]
    assert (len(mails.given), reasons()) == (1, [])
    lines = log()
    assert code in lines[0]["error"]
    assert "ada@example.org" not in json.dumps(lines)


@pytest.mark.parametrize("code", ["MessageRejected", "BadRequestException"])
def test_mail_that_is_refused_for_good_is_given_up(
    ada: dict[str, Any], mails: Carrier, reasons: Reasons, code: str, log: Log
) -> None:
    """The message goes to the dead letters with the reason; neither that nor the log holds the address."""
    mails.troubles = [code]
    log()

    assert tell(ada) == DONE
    assert reasons() == [f"SES refuses it for good: {code}"]
    assert "ada@example.org" not in json.dumps(log())


def test_mail_given_up_can_be_sent_later(ada: dict[str, Any], mails: Carrier, reasons: Reasons) -> None:
    """A dead letter that is put back is a delivery like any other."""
    mails.troubles = ["MessageRejected"]

    assert [tell(ada), tell(ada)] == [DONE, DONE]
    assert (len(mails.given), len(reasons())) == (1, 1)


@pytest.mark.parametrize("code", ["InvalidParameter", "ParameterValueInvalid", "ValidationException"])
def test_sms_that_is_refused_for_good_is_given_up(
    ada: dict[str, Any], mails: Carrier, messages: Carrier, reasons: Reasons, prefer: Prefer, code: str
) -> None:
    """The mail has gone out all the same."""
    prefer(ada, sms=True)
    messages.troubles = [code]

    assert tell(ada) == DONE
    assert reasons() == [f"SNS refuses it for good: {code}"]
    assert len(mails.given) == 1


def test_one_way_that_fails_does_not_stop_the_other(
    ada: dict[str, Any], mails: Carrier, messages: Carrier, reasons: Reasons, prefer: Prefer
) -> None:
    """Refused for good by mail and for now by SMS, the message comes again until only the first is left."""
    prefer(ada, sms=True)
    mails.troubles = ["MessageRejected", "MessageRejected"]
    messages.troubles = ["Throttled"]

    assert [tell(ada), tell(ada)] == [AGAIN, DONE]
    assert (len(messages.given), mails.given) == (1, [])
    assert reasons() == ["SES refuses it for good: MessageRejected"]


def test_mail_without_an_answer_is_not_repeated(
    ada: dict[str, Any], mails: Carrier, reasons: Reasons, log: Log
) -> None:
    """It may have gone out: the call is made once, and the message that comes again waits for SES to tell."""
    mails.troubles = [None]

    assert [tell(ada), tell(ada)] == [AGAIN, AGAIN]
    assert (mails.unanswered, mails.given, reasons()) == (1, [], [])
    assert failures(log) == ["ReadTimeoutError", "InDoubt"]


def test_sms_without_an_answer_is_not_repeated(
    ada: dict[str, Any], mails: Carrier, messages: Carrier, reasons: Reasons, prefer: Prefer, log: Log
) -> None:
    """It may have gone out: the call is made once, and nobody tells, so that the message waits in doubt."""
    prefer(ada, sms=True)
    messages.troubles = [None]
    log()

    assert [tell(ada), tell(ada)] == [AGAIN, AGAIN]
    assert (messages.unanswered, messages.given, reasons()) == (1, [], [])
    assert (len(mails.given), failures(log)) == (1, ["ReadTimeoutError", "InDoubt"])
