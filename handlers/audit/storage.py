"""The audit stream: lines that Firehose gathers into objects of the audit bucket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from handlers.kit import aws
from handlers.kit.environment import variable

LONGEST_LINE = 1_000 * 1_024
"""The bytes that Firehose takes as one record."""

MOST_LINES = 500
MOST_BYTES = 4 * 1_024 * 1_024
"""What one PutRecordBatch takes."""


def put(lines: Sequence[bytes]) -> list[str | None]:
    """Put lines, none longer than `LONGEST_LINE`, on the stream.

    Returns:
        For each line, in their order, why the stream has not taken it; None where it has.
    """
    return [refusal for batch in batches(lines) for refusal in _refusals(batch)]


def batches(lines: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The lines in their order, as many together as one call takes."""
    batch: list[bytes] = []
    size = 0
    for line in lines:
        if batch and (len(batch) == MOST_LINES or size + len(line) > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield batch


def _refusals(batch: list[bytes]) -> list[str | None]:
    try:
        answers = _put(batch)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other batches go on
        return [f"{type(error).__name__}: {error}"] * len(batch)
    return [
        f"{answer['ErrorCode']}: {answer['ErrorMessage']}" if "ErrorCode" in answer else None
        for answer in answers
    ]


def _put(batch: list[bytes]) -> list[dict[str, str]]:
    with aws.calling("the audit trail"):
        answer: Any = aws.client("firehose").put_record_batch(
            DeliveryStreamName=variable("AUDIT_STREAM"), Records=[{"Data": line} for line in batch]
        )
    return answer["RequestResponses"]
