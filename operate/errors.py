"""Errors of the operator commands, with messages for the operator.

OperateError        the command failed, or completed only in part
├── UsageError      the input is invalid; the message states the expected input
└── RedriveError    a message cannot be redriven and stays in its dead-letter queue
"""

from typing import Any

from botocore.exceptions import ClientError


class OperateError(Exception):
    """A failed command; the message states the problem and how to fix it."""

    status = 1


class UsageError(OperateError):
    """Invalid input; the message states the expected input."""

    status = 2


class RedriveError(OperateError):
    """A message that cannot be redriven and stays in its dead-letter queue; the message states the reason."""


def describe(error: ClientError) -> str:
    """Return an AWS error as one line: `operation: code: message`."""
    details: Any = error.response.get("Error", {})
    message = " ".join(str(details.get("Message", "")).split())
    return f"{error.operation_name}: {details.get('Code')}: {message}"
