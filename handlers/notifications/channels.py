"""The channels that carry messages: SES for email, SNS for SMS. Permanent rejections raise `Poison`."""

from __future__ import annotations

import re
from collections.abc import Collection, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from handlers.events.effect import Poison
from handlers.kit import aws
from handlers.kit.environment import variable
from handlers.notifications import tags
from handlers.notifications.models import Email

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_FINAL_SES_ERRORS = frozenset(
    {
        "AccountSuspendedException",
        "BadRequestException",
        "MailFromDomainNotVerifiedException",
        "MessageRejected",
        "SendingPausedException",
    }
)
"""Codes that no retry changes: the message is wrong, or an operator must change the account first.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

_FINAL_SNS_ERRORS = frozenset(
    {"InvalidParameter", "OptedOut", "ParameterValueInvalid", "ValidationException"}
)
_IDENTITY = re.compile(r":identity/([^\s'`\"]+)")
_SANDBOX = "not allowed to send to this recipient; the account is in SES's sandbox"


def send_email(email: Email) -> None:
    """Send an email through SES, with the template of this function.

    Raises:
        Poison: SES rejected the email permanently.
    """
    with _sending("SES", _FINAL_SES_ERRORS, email.address):
        aws.client("sesv2", attempts=1).send_email(
            FromEmailAddress=variable("MAIL_SENDER"),
            Destination={"ToAddresses": [email.address]},
            Content={
                "Template": {
                    "TemplateName": variable("MAIL_TEMPLATE"),
                    "TemplateData": msgspec.json.encode(email.data).decode(),
                }
            },
            ConfigurationSetName=variable("MAIL_CONFIGURATION_SET"),
            EmailTags=[
                {"Name": "effect", "Value": tags.encoded(email.effect)},
                {"Name": "correlation", "Value": tags.encoded(email.correlation_id)},
            ],
        )


def is_sms_allowed(phone: str) -> bool:
    """Return whether SMS messages may be sent to a number: whether its country is in the stack config."""
    return phone.startswith(msgspec.json.decode(variable("SMS_COUNTRIES"), type=tuple[str, ...]))


def send_sms(phone: str, text: str) -> None:
    """Send an SMS through SNS, of the type that favors reliability over cost.

    Raises:
        Poison: SNS rejected the message permanently.
    """
    sms_type = {"DataType": "String", "StringValue": "Transactional"}
    with _sending("SNS", _FINAL_SNS_ERRORS):
        aws.client("sns", attempts=1).publish(
            PhoneNumber=phone, Message=text, MessageAttributes={"AWS.SNS.SMS.SMSType": sms_type}
        )


@contextmanager
def _sending(service: str, final: Collection[str], address: str = "") -> Generator[None]:
    """Guard a call that sends a message; `final` are the error codes that no retry changes."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        code = aws.code_of(error)
        # The error text may contain the address, which must reach neither logs nor dead-letter queues.
        if code in final:
            raise Poison(f"{service} rejected the message permanently: {code}") from None
        if address and _is_recipient_denied(error, address):
            raise Poison(f"{service} rejected the message permanently: {code}: {_SANDBOX}") from None
        response: Any = {
            "Error": {"Code": code},
            "ResponseMetadata": {"HTTPStatusCode": aws.status_of(error)},
        }
        raise ClientError(response, error.operation_name) from None


def _is_recipient_denied(error: ClientError, address: str) -> bool:
    """Return whether SES asked IAM about the recipient, as it does in the sandbox only.

    The identity in the message is the recipient's address or domain. A denied sender may be temporary: the
    permissions of a new role take some seconds to apply.
    """
    name = address.lower()
    found = _IDENTITY.search(error.response.get("Error", {}).get("Message", ""))
    sender = variable("MAIL_SENDER").lower()
    asked = found[1].lower() if found else None
    return (
        aws.code_of(error).startswith("AccessDenied")
        and asked in (name, name.rpartition("@")[2])
        and asked not in (sender, sender.rpartition("@")[2])
    )
