"""Events of the gateway and of the bus, as the push gets them."""

from __future__ import annotations

import json
from typing import Any

from handlers.realtime.route import Route
from tests.unit.handlers.events.samples import USER, batch, document, message
from tests.unit.handlers.lambda_ import Context

CONNECTION = "L0SM9cOFvHcCIhw="
ARN = "arn:aws:execute-api:us-east-1:123456789012:abc123/ws/$connect"
ADA, EVERYTHING = "user#ada", "everything"


def sent(body: str = "", route: str = "$default", audience: str = ADA) -> dict[str, Any]:
    """What came over a connection, as the gateway passes it on."""
    return {
        "requestContext": {
            "routeKey": route,
            "eventType": "MESSAGE" if body else "CONNECT",
            "connectionId": CONNECTION,
            "stage": "ws",
            "apiId": "abc123",
            "authorizer": {"principalId": "ada", "audience": audience},
        },
        "body": body,
        "isBase64Encoded": False,
    }


def send(handler: Route, event: dict[str, Any], context: Context | None = None) -> Any:
    """What a route's function answers to the gateway; it must survive the trip as JSON."""
    return json.loads(json.dumps(handler(event, context or Context())))


def asked(ticket: str) -> dict[str, Any]:
    """The gateway's question to the authorizer."""
    return {
        "type": "REQUEST",
        "methodArn": ARN,
        "queryStringParameters": {"ticket": ticket},
        "requestContext": {"routeKey": "$connect", "connectionId": CONNECTION, "stage": "ws"},
    }


def user_event(number: int = 1, subject: str | None = "ada", **changes: Any) -> dict[str, Any]:
    """A created user, as EventBridge delivers it."""
    user = {**USER, "preferences": {"email": True, "sms": False}}
    if subject:
        user["subject"] = subject
    metadata = {"id": f"user.created:{USER['id']}:{number}", "actor": "admin"}
    return document(metadata=metadata, data={"user": user}, **changes)


def delivered(*documents: dict[str, Any]) -> dict[str, Any]:
    """A batch of the push's queue."""
    return batch(*(message(each, f"message-{number}") for number, each in enumerate(documents)))
