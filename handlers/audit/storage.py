"""The audit stream: Firehose batches its lines into objects of the audit bucket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from handlers.kit import aws
from handlers.kit.environment import variable

MAX_LINE_BYTES = 1_000 * 1_024
"""Firehose's limit for a record."""

MAX_BATCH_LINES = 500
MAX_BATCH_BYTES = 4 * 1_024 * 1_024
"""Firehose's limits for a PutRecordBatch request."""


def record(lines: Sequence[bytes]) -> list[str | None]:
    """Put lines of at most `MAX_LINE_BYTES` on the stream.

    Returns:
        The error of each line, in the same order; None for a line that was recorded.
    """
    return [error for batch in batches(lines) for error in _record_batch(batch)]


def batches(lines: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Yield the lines in order, in the largest batches that a request allows."""
    batch: list[bytes] = []
    size = 0
    for line in lines:
        if batch and (len(batch) == MAX_BATCH_LINES or size + len(line) > MAX_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield batch


def _record_batch(batch: list[bytes]) -> list[str | None]:
    try:
        responses = _put(batch)
    except Exception as error:  # noqa: BLE001 - a failed request must not stop the other batches
        return [f"{type(error).__name__}: {error}"] * len(batch)
    return [
        f"{response['ErrorCode']}: {response['ErrorMessage']}" if "ErrorCode" in response else None
        for response in responses
    ]


def _put(batch: list[bytes]) -> list[dict[str, str]]:
    with aws.calling("the audit trail"):
        response: Any = aws.client("firehose").put_record_batch(
            DeliveryStreamName=variable("AUDIT_STREAM"), Records=[{"Data": line} for line in batch]
        )
    return response["RequestResponses"]
