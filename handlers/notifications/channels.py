"""The channels that carry notifications: SES for email, SNS for SMS. Permanent rejections raise `Poison`."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from handlers.events.effect import Poison
from handlers.kit import aws, messages
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

_IDENTITY = re.compile(r":identity/([^\s'`\"]+)")
_SANDBOX = "not allowed to send to this recipient; the account is in SES's sandbox"


def send_email(email: Email) -> None:
    """Send an email through SES, with the template of this function.

    Raises:
        Poison: SES rejected the email permanently.
    """
    with (
        _rejection_is_poison(),
        messages.sending("SES", _FINAL_SES_ERRORS, lambda error: _sandbox_refusal(error, email.address)),
    ):
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


def _sandbox_refusal(error: ClientError, address: str) -> str | None:
    """Return the reason if SES asked IAM about the recipient, as it does in the sandbox only.

    The identity in the message is the recipient's address or domain. A denied sender may be temporary: the
    permissions of a new role take some seconds to apply.
    """
    name = address.lower()
    found = _IDENTITY.search(error.response.get("Error", {}).get("Message", ""))
    sender = variable("MAIL_SENDER").lower()
    asked = found[1].lower() if found else None
    denied = (
        aws.code_of(error).startswith("AccessDenied")
        and asked in (name, name.rpartition("@")[2])
        and asked not in (sender, sender.rpartition("@")[2])
    )
    return f"{aws.code_of(error)}: {_SANDBOX}" if denied else None
