"""What may stand in an operator's way, in words for the person at the keyboard.

OperateError        the command cannot go on, or did not all that it was to do
├── UsageError      what was asked for makes no sense; the text says what was expected
└── Left            a dead letter stays where it is; the text says why
"""

from typing import Any

from botocore.exceptions import ClientError


class OperateError(Exception):
    """The command cannot go on; the text says what is wrong and what to do about it."""

    status = 1


class UsageError(OperateError):
    """The command was given something that it cannot take; the text says what was expected."""

    status = 2


class Left(OperateError):  # noqa: N818 - it says what became of the message
    """A dead letter could not be sent on and stays where it is; the text says why."""


def refusal(error: ClientError) -> str:
    """What AWS refused and why, in one line."""
    told: Any = error.response.get("Error", {})
    message = " ".join(str(told.get("Message", "")).split())
    return f"{error.operation_name}: {told.get('Code')}: {message}"
