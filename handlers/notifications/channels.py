"""The channels that carry notifications: SES for email, SNS for SMS. Permanent rejections raise `Poison`."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import msgspec

from handlers.events.effect import Poison
from handlers.kit import aws, messages
from handlers.kit.environment import variable
from handlers.notifications import tags
from handlers.notifications.models import Email

_PERMANENT_SES_ERRORS = frozenset({"BadRequestException", "MessageRejected"})


def send_email(email: Email) -> None:
    """Send an email through SES, with the template of this function.

    Raises:
        Poison: SES rejected the email permanently.
    """
    with _rejection_is_poison(), messages.sending("SES", _PERMANENT_SES_ERRORS):
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


def send_sms(phone: str, text: str) -> None:
    """Send an SMS through SNS.

    Raises:
        Poison: SNS rejected the message permanently.
    """
    with _rejection_is_poison():
        messages.send_sms(phone, text)


@contextmanager
def _rejection_is_poison() -> Generator[None]:
    try:
        yield
    except messages.MessageRejected as rejected:
        raise Poison(str(rejected)) from None
