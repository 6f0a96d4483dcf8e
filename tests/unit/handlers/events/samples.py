"""Sample events and queue messages."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

USER = {
    "id": "01a1fe60-d2ca-7f93-a9ee-f0ab47dd44d5",
    "email": "ada@example.org",
    "name": "Ada",
    "status": "active",
    "createdAt": "2026-11-21T13:52:00.714Z",
    "updatedAt": "2026-11-21T13:52:00.714Z",
    "version": 1,
}
CORRELATION_ID = "correlation-1"


def document(
    event_type: str = "user.created", source: str = "strata.users", **changes: Any
) -> dict[str, Any]:
    """Return an event as EventBridge delivers it; `data` replaces the data, `metadata` overrides fields."""
    metadata = {
        "id": f"{event_type}:{USER['id']}:1",
        "correlationId": CORRELATION_ID,
        "occurredAt": USER["createdAt"],
        **changes.pop("metadata", {}),
    }
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": event_type,
        "source": source,
        "account": "123456789012",
        "time": "2026-11-21T13:52:01Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {"metadata": metadata, "data": changes.pop("data", {"user": USER})},
        **changes,
    }


def message(body: Any, identifier: str = "message-1", attempt: int = 1) -> dict[str, Any]:
    """Return a record of an SQS batch; a body that is not a string is sent as JSON."""
    return {
        "messageId": identifier,
        "receiptHandle": "handle",
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {
            "ApproximateReceiveCount": str(attempt),
            "SentTimestamp": str(int(time.time() * 1000) - 50),
            "SenderId": "123456789012",
            "ApproximateFirstReceiveTimestamp": str(int(time.time() * 1000)),
        },
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:strata-test-welcome",
        "awsRegion": "us-east-1",
    }


def batch(*messages: dict[str, Any]) -> dict[str, Any]:
    """Return an SQS batch as Lambda passes it."""
    return {"Records": list(messages)}


def outcomes(log: Callable[[], list[dict[str, Any]]]) -> list[str]:
    """Return the outcome of each delivery in the log."""
    return [line["outcome"] for line in log() if line["message"] == "event"]
