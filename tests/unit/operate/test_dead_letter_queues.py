"""The facts in a dead-lettered message, from every kind of sender."""

from __future__ import annotations

import json
from typing import Any

import pytest

from operate.dead_letter_queues import DeadMessage

EVENT = {
    "detail-type": "user.created",
    "detail": {"metadata": {"id": "user.created:u:1", "correlationId": "c-1"}, "data": {}},
}
CAUSE = {"M": {"correlationId": {"S": "c-1"}, "actor": {"S": "sub"}}}


def message(body: Any, **attributes: str) -> DeadMessage:
    return DeadMessage(
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
def test_correlation_ids_are_found_at_any_depth(body: Any, ids: list[str]) -> None:
    """Each sender wraps a message differently; each correlation id is found once."""
    assert message(body).correlation_ids == ids


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
    ids=["consumer", "rule", "code only", "topic", "function", "age", "queue"],
)
def test_reason_is_read_from_every_sender(body: Any, attributes: dict[str, str], reason: str) -> None:
    """Consumers, EventBridge, SNS and Lambda store it in different places; a redrive policy stores none."""
    assert message(body, **attributes).reason == reason


def test_event_type_and_id_are_found() -> None:
    """A wrapped event is found too; a message without an event has neither."""
    facts = [
        (each.event_type, each.event_id) for each in map(message, [EVENT, {"requestPayload": EVENT}, [], ""])
    ]

    assert facts == [("user.created", "user.created:u:1")] * 2 + [(None, None)] * 2
