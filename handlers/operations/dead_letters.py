"""Logs the number of messages in every dead-letter queue, hourly; it does not receive them.

A metric of each queue would cost 0.30 USD a month and repeat AWS/SQS's own, which the alarms use.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from handlers.kit import aws, correlation
from handlers.kit.environment import variable
from handlers.kit.invocation import Context, Invocation

_COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


def handler(_event: Mapping[str, Any], context: Context) -> None:
    """Log which of the queues in `DEAD_LETTERS` (JSON, URLs by name) have messages, and how many.

    Raises:
        ExceptionGroup: some queues could not be read; the others were logged.
    """
    with Invocation(context, correlation.accepted(context.aws_request_id)) as invocation:
        urls: dict[str, str] = json.loads(variable("DEAD_LETTERS"))
        depths, errors = _depths(urls)
        waiting = {name: depth for name, depth in depths.items() if depth}
        invocation.note(queues=len(depths), waiting=waiting)
        if errors:
            raise ExceptionGroup(f"{len(errors)} of {len(urls)} queues could not be read", errors)


def _depths(urls: Mapping[str, str]) -> tuple[dict[str, int], list[Exception]]:
    """Return the depths of the queues that could be read, and the errors of the others."""
    from botocore.exceptions import BotoCoreError, ClientError

    depths: dict[str, int] = {}
    errors: list[Exception] = []
    for name, url in urls.items():
        try:
            depths[name] = _depth(url)
        except (BotoCoreError, ClientError) as error:
            errors.append(error)
    return depths, errors


def _depth(url: str) -> int:
    """Return the number of messages, including those in flight."""
    response: Any = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=_COUNTS)
    return sum(int(response["Attributes"][count]) for count in _COUNTS)
