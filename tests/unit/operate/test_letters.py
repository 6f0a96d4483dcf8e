"""What a dead letter says of itself, whoever sent it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from operate.letters import Letter

EVENT = {
    "detail-type": "user.created",
    "detail": {"metadata": {"id": "user.created:u:1", "correlationId": "c-1"}, "data": {}},
}
CAUSE = {"M": {"correlationId": {"S": "c-1"}, "actor": {"S": "sub"}}}


def letter(body: Any, **attributes: str) -> Letter:
    return Letter(
        id="m-1",
        receipt="r-1",
        body=body if isinstance(body, str) else json.dumps(body),
        sent=0,
        attributes={name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()},
    )


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        (EVENT, ["c-1"]),
        ({"requestPayload": EVENT, "responsePayload": {}}, ["c-1"]),
        ({"requestPayload": {"Records": [{"body": json.dumps(EVENT)}]}}, ["c-1"]),
        ({"reason": "r", "record": {"dynamodb": {"NewImage": {"cause": CAUSE}}}}, ["c-1"]),
        ({"mail": {"tags": {"correlationId": ["c-1"], "other": ["x"]}}}, ["c-1"]),
        ([EVENT, {"correlationId": "c-2"}, EVENT], ["c-1", "c-2"]),
        ({"correlationId": 7}, []),
        ("no JSON", []),
        ("[" * 100_000, []),
    ],
    ids=["event", "function", "batch", "stream", "mail", "many", "number", "text", "deep"],
)
def test_correlation_ids_are_found_wherever_they_stand(body: Any, ids: list[str]) -> None:
    """Each sender wraps a message in its own way; the request's id is still found, once."""
    assert letter(body).correlation_ids == ids


@pytest.mark.parametrize(
    ("body", "attributes", "reason"),
    [
        (EVENT, {"reason": "no schema"}, "no schema"),
        (EVENT, {"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "Lacks permissions"}, "Lacks permissions"),
        (EVENT, {"ERROR_CODE": "NO_PERMISSIONS"}, "NO_PERMISSIONS"),
        (EVENT, {"RequestID": "1", "ErrorCode": "403", "ErrorMessage": "Denied"}, "Denied"),
        (
            {
                "requestContext": {"condition": "RetriesExhausted"},
                "responsePayload": {"errorType": "KeyError", "errorMessage": "'x'"},
            },
            {},
            "RetriesExhausted: KeyError: 'x'",
        ),
        (
            {"requestContext": {"condition": "EventAgeExceeded"}, "responsePayload": None},
            {},
            "EventAgeExceeded",
        ),
        (EVENT, {}, ""),
    ],
    ids=["ours", "rule", "code alone", "topic", "function", "age", "queue"],
)
def test_reason_is_what_the_sender_says(body: Any, attributes: dict[str, str], reason: str) -> None:
    """A consumer of ours, EventBridge, SNS and Lambda say it in different places; a queue does not."""
    assert letter(body, **attributes).reason == reason


def test_event_is_told_by_type_and_id() -> None:
    """Wrapped or not; what holds no event has neither."""
    facts = [
        (each.event_type, each.event_id) for each in map(letter, [EVENT, {"requestPayload": EVENT}, [], ""])
    ]

    assert facts == [("user.created", "user.created:u:1")] * 2 + [(None, None)] * 2
