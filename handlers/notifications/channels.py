"""The channels that carry messages: SES for email, SNS for SMS. Permanent rejections raise `Poison`."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import contextmanager
from typing import Any

import msgspec

from handlers.events.effect import Poison
from handlers.kit import aws
from handlers.kit.environment import variable
from handlers.notifications import tags
from handlers.notifications.models import Email

_PERMANENT_SES_ERRORS = frozenset({"BadRequestException", "MessageRejected"})
_PERMANENT_SNS_ERRORS = frozenset({"InvalidParameter", "ParameterValueInvalid", "ValidationException"})


def send_email(email: Email) -> None:
    """Send an email through SES, with the template of this function.

    Raises:
        Poison: SES rejected the email permanently.
    """
    with _sending("SES", _PERMANENT_SES_ERRORS):
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
    with _sending("SNS", _PERMANENT_SNS_ERRORS):
        aws.client("sns", attempts=1).publish(
            PhoneNumber=phone, Message=text, MessageAttributes={"AWS.SNS.SMS.SMSType": sms_type}
        )


@contextmanager
def _sending(service: str, permanent: Collection[str]) -> Generator[None]:
    """Guard a call that sends a message; `permanent` are the error codes that no retry changes."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        code = aws.code_of(error)
        # The error text may contain the address, which must reach neither logs nor dead-letter queues.
        if code in permanent:
            raise Poison(f"{service} rejected the message permanently: {code}") from None
        response: Any = {
            "Error": {"Code": code},
            "ResponseMetadata": {"HTTPStatusCode": aws.status_of(error)},
        }
        raise ClientError(response, error.operation_name) from None
