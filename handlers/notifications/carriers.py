"""Who carries messages: SES for mail, SNS for SMS. A refusal that no repetition changes is `Poison`."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import contextmanager
from typing import Any

import msgspec

from handlers.events.effect import Poison
from handlers.kit import aws
from handlers.kit.environment import variable
from handlers.notifications import tags
from handlers.notifications.models import Letter

_FINAL_FOR_MAIL = frozenset({"BadRequestException", "MessageRejected"})
_FINAL_FOR_SMS = frozenset({"InvalidParameter", "ParameterValueInvalid", "ValidationException"})


def send_mail(letter: Letter) -> None:
    """Give a mail to SES, in the function's template.

    Raises:
        Poison: where SES will never take it.
    """
    with _final("SES", _FINAL_FOR_MAIL):
        aws.client("sesv2", attempts=1).send_email(
            FromEmailAddress=variable("MAIL_SENDER"),
            Destination={"ToAddresses": [letter.address]},
            Content={
                "Template": {
                    "TemplateName": variable("MAIL_TEMPLATE"),
                    "TemplateData": msgspec.json.encode(letter.data).decode(),
                }
            },
            ConfigurationSetName=variable("MAIL_CONFIGURATION_SET"),
            EmailTags=[
                {"Name": "effect", "Value": tags.encoded(letter.effect)},
                {"Name": "correlation", "Value": tags.encoded(letter.correlation_id)},
            ],
        )


def send_sms(phone: str, text: str) -> None:
    """Give an SMS to SNS, as one that must arrive rather than be cheap.

    Raises:
        Poison: where SNS will never take it.
    """
    kind = {"DataType": "String", "StringValue": "Transactional"}
    with _final("SNS", _FINAL_FOR_SMS):
        aws.client("sns", attempts=1).publish(
            PhoneNumber=phone, Message=text, MessageAttributes={"AWS.SNS.SMS.SMSType": kind}
        )


@contextmanager
def _final(service: str, codes: Collection[str]) -> Generator[None]:
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        code = aws.code_of(error)
        # The refusal's own text may hold the address, which neither log nor dead letters are told.
        if code in codes:
            raise Poison(f"{service} refuses it for good: {code}") from None
        told: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": aws.status_of(error)}}
        raise ClientError(told, error.operation_name) from None
