"""Welcome messages: recipients, channels, and sending each once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from handlers.notifications import storage
from handlers.notifications.logic import WELCOME_SMS
from handlers.notifications.models import Suppression
from handlers.notifications.send import handler
from handlers.users.change import handler as change
from handlers.users.delete import handler as delete
from tests.unit.handlers.events.samples import batch, document, message, outcomes
from tests.unit.handlers.fake_service import FakeService
from tests.unit.handlers.lambda_ import Context, call, request
from tests.unit.handlers.people import create_user

Log = Callable[[], list[dict[str, Any]]]
Reasons = Callable[[], list[str]]
SetPreferences = Callable[..., None]
DONE: dict[str, Any] = {"batchItemFailures": []}
RETRY = {"batchItemFailures": [{"itemIdentifier": "message-1"}]}


def user_batch(user: dict[str, Any], event_type: str = "user.created") -> dict[str, Any]:
    """Return a batch with one event about a user in the given state, which may be outdated."""
    data = {"user": user} | ({"previous": user, "changed": ["name"]} if event_type == "user.updated" else {})
    event = document(event_type, data=data, metadata={"correlationId": "request.of_ada"})
    return batch(message(event))


def receive(user: dict[str, Any], event_type: str = "user.created") -> dict[str, Any]:
    return handler(user_batch(user, event_type), Context())


def error_classes(log: Log) -> list[str]:
    """Return the error classes of the failed events in the log."""
    return [line["error"].partition(":")[0] for line in log() if line.get("outcome") == "failed"]


def test_new_user_gets_an_email(ada: dict[str, Any], ses: FakeService, sns: FakeService) -> None:
    """The request to SES has sender, recipient, template with data, configuration set and tags."""
    assert receive(ada) == DONE

    (email,) = ses.accepted
    data = json.loads(email["Content"]["Template"].pop("TemplateData"))
    assert data == {"name": "Ada", "nameHtml": "Ada"}
    assert email == {
        "FromEmailAddress": "no-reply@example.com",
        "Destination": {"ToAddresses": ["ada@example.org"]},
        "Content": {"Template": {"TemplateName": "strata-test-welcome"}},
        "ConfigurationSetName": "strata-test-mail",
        "EmailTags": [
            {"Name": "effect", "Value": f"welcome-mail_c{ada['id']}"},
            {"Name": "correlation", "Value": "request_dof_uada"},
        ],
    }
    assert sns.accepted == []


def test_event_delivered_twice_sends_once(
    ada: dict[str, Any], ses: FakeService, sns: FakeService, set_preferences: SetPreferences, log: Log
) -> None:
    """The email and the SMS are sent once, however often the event is delivered."""
    set_preferences(ada, sms=True)
    log()

    assert [receive(ada), receive(ada)] == [DONE, DONE]

    assert (len(ses.accepted), len(sns.accepted)) == (1, 1)
    assert outcomes(log) == ["done", "repeated"]


def test_copies_in_one_batch_send_once(ada: dict[str, Any], ses: FakeService) -> None:
    """Two copies of an event in one batch count as one."""
    (copy,) = user_batch(ada)["Records"]

    assert handler(batch(copy, {**copy, "messageId": "message-2"}), Context()) == DONE
    assert len(ses.accepted) == 1


def test_sms_requires_consent_and_a_verified_phone_number(
    ada: dict[str, Any], ses: FakeService, sns: FakeService, set_preferences: SetPreferences
) -> None:
    """The first event after the user has both sends the SMS, once."""
    receive(ada)
    receive(ada, "user.updated")
    assert sns.accepted == []

    set_preferences(ada, sms=True)
    receive(ada, "user.updated")
    receive(ada, "user.updated")

    (sms,) = sns.accepted
    assert sms == {
        "Action": "Publish",
        "Version": "2010-03-31",
        "PhoneNumber": "+442079460000",
        "Message": WELCOME_SMS,
        "MessageAttributes.entry.1.Name": "AWS.SNS.SMS.SMSType",
        "MessageAttributes.entry.1.Value.DataType": "String",
        "MessageAttributes.entry.1.Value.StringValue": "Transactional",
    }
    assert len(ses.accepted) == 1


@pytest.mark.parametrize("phone", ["+12025550123", "+442079460001"])
def test_number_that_is_not_verified_gets_no_sms(
    phone: str, ada: dict[str, Any], ses: FakeService, sns: FakeService, set_preferences: SetPreferences
) -> None:
    """A change of the number ends its verification, and the way back does not restore it."""
    set_preferences(ada, sms=True)
    for number in (phone, "+442079460000"):
        call(change, request(path={"userId": ada["id"]}, body={"phone": number}))
        receive(ada, "user.updated")

    assert sns.accepted == []


def test_number_of_a_new_user_gets_no_sms(
    ses: FakeService, sns: FakeService, set_preferences: SetPreferences
) -> None:
    """An administrator entered it, and its owner has proved nothing."""
    user = create_user("eve@example.org", phone="+442079460000")
    set_preferences(user, sms=True)

    assert receive(user) == DONE
    assert (len(ses.accepted), sns.accepted) == (1, [])


@pytest.mark.parametrize("countries", ['["+49", "+443"]', "[]"])
def test_sms_is_sent_only_to_allowed_countries(
    countries: str,
    ada: dict[str, Any],
    ses: FakeService,
    sns: FakeService,
    set_preferences: SetPreferences,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A number of another country gets no SMS, until its country is allowed; the email is sent anyway."""
    set_preferences(ada, sms=True)
    monkeypatch.setenv("SMS_COUNTRIES", countries)
    log()

    assert [receive(ada), receive(ada, "user.updated")] == [DONE, DONE]
    assert (len(ses.accepted), len(sns.accepted)) == (1, 0)
    assert outcomes(log) == ["done", "skipped"]

    monkeypatch.setenv("SMS_COUNTRIES", '["+44"]')
    assert receive(ada, "user.updated") == DONE
    assert len(sns.accepted) == 1


def test_welcome_sms_is_never_sent_again(
    ada: dict[str, Any], ses: FakeService, sns: FakeService, set_preferences: SetPreferences, aws: Any
) -> None:
    """The record of the welcome SMS does not expire, as a user may change at any time."""
    set_preferences(ada, sms=True)
    receive(ada, "user.updated")
    for effect in aws.scan(TableName="effects-1a2b3c")["Items"]:
        if "expiresAt" in effect:  # DynamoDB removes these items
            aws.delete_item(TableName="effects-1a2b3c", Key={"id": effect["id"]})

    assert receive(ada, "user.updated") == DONE
    assert len(sns.accepted) == 1


def test_consent_without_a_phone_number_sends_no_sms(
    ada: dict[str, Any], ses: FakeService, sns: FakeService, set_preferences: SetPreferences
) -> None:
    """A user without a phone number gets only the email."""
    set_preferences(ada, sms=True)
    call(change, request(path={"userId": ada["id"]}, body={"phone": None}))

    assert receive(ada) == DONE
    assert (len(ses.accepted), sns.accepted) == (1, [])


def test_user_who_opted_out_gets_no_email(
    ada: dict[str, Any], ses: FakeService, set_preferences: SetPreferences, log: Log
) -> None:
    """The preferences at the time of delivery count."""
    set_preferences(ada, email=False)
    log()

    assert receive(ada) == DONE
    assert ses.accepted == []
    assert outcomes(log) == ["skipped"]


def test_suppressed_address_gets_no_email(ada: dict[str, Any], ses: FakeService, log: Log) -> None:
    """The suppression list ignores the case of addresses."""
    storage.suppress(Suppression("ADA@example.org", "bounce", "2026-11-21T14:00:00Z", "correlation-1"))
    log()

    assert receive(ada) == DONE
    assert ses.accepted == []
    assert outcomes(log) == ["skipped"]


def test_new_address_of_a_suppressed_user_gets_email(ada: dict[str, Any], ses: FakeService) -> None:
    """The suppression applies to the old address, and the email goes to the current one."""
    storage.suppress(Suppression("ada@example.org", "complaint", "2026-11-21T14:00:00Z", "correlation-1"))
    call(change, request(path={"userId": ada["id"]}, body={"email": "lovelace@example.org"}))

    receive(ada)

    assert [email["Destination"] for email in ses.accepted] == [{"ToAddresses": ["lovelace@example.org"]}]


def test_disabled_user_gets_nothing(
    ada: dict[str, Any], ses: FakeService, sns: FakeService, set_preferences: SetPreferences
) -> None:
    """A user disabled before the delivery gets neither email nor SMS."""
    set_preferences(ada, sms=True)
    call(change, request(path={"userId": ada["id"]}, body={"status": "disabled"}))

    assert receive(ada) == DONE
    assert (ses.accepted, sns.accepted) == ([], [])


def test_deleted_user_gets_nothing(ada: dict[str, Any], ses: FakeService, sns: FakeService) -> None:
    """A user deleted before the delivery gets neither email nor SMS."""
    assert call(delete, request(path={"userId": ada["id"]})).status == 204

    assert receive(ada) == DONE
    assert (ses.accepted, sns.accepted) == ([], [])


@pytest.mark.parametrize("code", ["TooManyRequestsException", "NotFoundException", "InternalFailure"])
def test_temporarily_rejected_email_is_retried(
    ada: dict[str, Any], ses: FakeService, reasons: Reasons, log: Log, code: str
) -> None:
    """The retried message sends the email; the log contains the error code and no address."""
    ses.failures = [code]
    log()

    assert [receive(ada), receive(ada)] == [RETRY, DONE]
    assert (len(ses.accepted), reasons()) == (1, [])
    lines = log()
    assert code in lines[0]["error"]
    assert "ada@example.org" not in json.dumps(lines)


@pytest.mark.parametrize(
    "code",
    [
        "AccountSuspendedException",
        "BadRequestException",
        "MailFromDomainNotVerifiedException",
        "MessageRejected",
        "SendingPausedException",
    ],
)
def test_permanently_rejected_email_is_dead_lettered(
    ada: dict[str, Any], ses: FakeService, reasons: Reasons, code: str, log: Log
) -> None:
    """The message is dead-lettered with the reason; neither the reason nor the log contains the address."""
    ses.failures = [code]
    log()

    assert receive(ada) == DONE
    assert reasons() == [f"SES rejected the message permanently: {code}"]
    assert "ada@example.org" not in json.dumps(log())


DENIED = (
    "User `arn:aws:sts::123456789012:assumed-role/send/send' is not authorized to perform `ses:SendEmail' on "
    "resource `arn:aws:ses:us-east-1:123456789012:identity/{}'"
)


@pytest.mark.parametrize("identity", ["ada@example.org", "example.org"])
def test_recipient_that_the_sandbox_denies_is_not_retried(
    ada: dict[str, Any], ses: FakeService, reasons: Reasons, log: Log, identity: str
) -> None:
    """In the sandbox, SES also asks IAM about the recipient's identity, which no policy allows."""
    ses.failures, ses.message = ["AccessDeniedException"], DENIED.format(identity)
    log()

    assert receive(ada) == DONE
    (reason,) = reasons()
    assert reason.startswith("SES rejected the message permanently: AccessDeniedException: not allowed")
    assert reason.endswith("the account is in SES's sandbox")
    assert identity not in json.dumps(log())


@pytest.mark.parametrize("identity", ["example.com", "no-reply@example.com"])
def test_denied_sender_is_retried(
    ada: dict[str, Any], ses: FakeService, reasons: Reasons, identity: str
) -> None:
    """The permissions of a function that was just deployed may not apply yet."""
    ses.failures, ses.message = ["AccessDeniedException"], DENIED.format(identity)

    assert [receive(ada), receive(ada)] == [RETRY, DONE]
    assert (len(ses.accepted), reasons()) == (1, [])


def test_redriven_message_sends_the_email(ada: dict[str, Any], ses: FakeService, reasons: Reasons) -> None:
    """A message moved back from the dead-letter queue is handled like any other."""
    ses.failures = ["MessageRejected"]

    assert [receive(ada), receive(ada)] == [DONE, DONE]
    assert (len(ses.accepted), len(reasons())) == (1, 1)


@pytest.mark.parametrize(
    "code", ["InvalidParameter", "OptedOut", "ParameterValueInvalid", "ValidationException"]
)
def test_permanently_rejected_sms_is_dead_lettered(
    ada: dict[str, Any],
    ses: FakeService,
    sns: FakeService,
    reasons: Reasons,
    set_preferences: SetPreferences,
    code: str,
) -> None:
    """The email is sent nevertheless."""
    set_preferences(ada, sms=True)
    sns.failures = [code]

    assert receive(ada) == DONE
    assert reasons() == [f"SNS rejected the message permanently: {code}"]
    assert len(ses.accepted) == 1


def test_failed_channel_does_not_stop_the_other(
    ada: dict[str, Any], ses: FakeService, sns: FakeService, reasons: Reasons, set_preferences: SetPreferences
) -> None:
    """The message is retried while one channel may succeed, and is dead-lettered afterwards."""
    set_preferences(ada, sms=True)
    ses.failures = ["MessageRejected", "MessageRejected"]
    sns.failures = ["Throttled"]

    assert [receive(ada), receive(ada)] == [RETRY, DONE]
    assert (len(sns.accepted), ses.accepted) == (1, [])
    assert reasons() == ["SES rejected the message permanently: MessageRejected"]


def test_timed_out_email_is_not_sent_again(
    ada: dict[str, Any], ses: FakeService, reasons: Reasons, log: Log
) -> None:
    """SES may have accepted the email: the client does not retry, and the next delivery is in doubt."""
    ses.failures = [None]

    assert [receive(ada), receive(ada)] == [RETRY, RETRY]
    assert (ses.timeouts, ses.accepted, reasons()) == (1, [], [])
    assert error_classes(log) == ["ReadTimeoutError", "InDoubt"]


def test_timed_out_sms_is_not_sent_again(
    ada: dict[str, Any],
    ses: FakeService,
    sns: FakeService,
    reasons: Reasons,
    set_preferences: SetPreferences,
    log: Log,
) -> None:
    """SNS may have accepted the SMS: the client does not retry, and the next delivery is in doubt."""
    set_preferences(ada, sms=True)
    sns.failures = [None]
    log()

    assert [receive(ada), receive(ada)] == [RETRY, RETRY]
    assert (sns.timeouts, sns.accepted, reasons()) == (1, [], [])
    assert (len(ses.accepted), error_classes(log)) == (1, ["ReadTimeoutError", "InDoubt"])
