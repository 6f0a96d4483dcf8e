"""Messages to people: text messages through SNS, and the guard of every call that sends a message."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from handlers.kit import aws
from handlers.kit.environment import variable

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_FINAL_SNS_ERRORS = frozenset(
    {"InvalidParameter", "OptedOut", "ParameterValueInvalid", "ValidationException"}
)


class MessageRejected(Exception):  # noqa: N818 - the name describes the message
    """The service rejected the message, and would reject it again."""


def is_sms_allowed(phone: str) -> bool:
    """Return whether SMS messages may be sent to a number: whether its country is in the stack config."""
    return phone.startswith(msgspec.json.decode(variable("SMS_COUNTRIES"), type=tuple[str, ...]))


def send_sms(phone: str, text: str) -> None:
    """Send an SMS through SNS, of the type that favors reliability over cost.

    Raises:
        MessageRejected: SNS rejected the message permanently, for example because the recipient opted out.
    """
    sms_type = {"DataType": "String", "StringValue": "Transactional"}
    with sending("SNS", _FINAL_SNS_ERRORS):
        aws.client("sns", attempts=1).publish(
            PhoneNumber=phone, Message=text, MessageAttributes={"AWS.SNS.SMS.SMSType": sms_type}
        )


@contextmanager
def sending(
    service: str, final: Collection[str], explain: Callable[[ClientError], str | None] | None = None
) -> Generator[None]:
    """Guard a call that sends a message.

    Args:
        service: the service's name, for errors.
        final: the error codes that no retry changes.
        explain: returns the reason why no retry changes another error, or None.

    Raises:
        MessageRejected: the service returned an error that no retry changes.
        ClientError: every other error that the service returns, without its text.
    """
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        code = aws.code_of(error)
        # The error text may contain the address, which must reach neither logs nor dead-letter queues.
        reason = code if code in final else explain(error) if explain else None
        if reason:
            raise MessageRejected(f"{service} rejected the message permanently: {reason}") from None
        response: Any = {
            "Error": {"Code": code},
            "ResponseMetadata": {"HTTPStatusCode": aws.status_of(error)},
        }
        raise ClientError(response, error.operation_name) from None
