"""Events as API Gateway and SQS pass them to the realtime functions."""

from __future__ import annotations

import json
from typing import Any

from handlers.realtime.route import Route
from tests.unit.handlers.events.samples import USER, batch, document, message
from tests.unit.handlers.lambda_ import Context

CONNECTION = "L0SM9cOFvHcCIhw="
ARN = "arn:aws:execute-api:us-east-1:123456789012:abc123/ws/$connect"
ADA, EVERYTHING = "user#ada", "everything"


def gateway_event(
    body: str = "", route: str = "$default", audience: str = ADA, **authorizer: str
) -> dict[str, Any]:
    """Return API Gateway's event for a message; without a body, for an opening or closing connection.

    `authorizer` are further values of the authorizer's context.
    """
    return {
        "requestContext": {
            "routeKey": route,
            "eventType": "MESSAGE" if body else "CONNECT",
            "connectionId": CONNECTION,
            "stage": "ws",
            "apiId": "abc123",
            "authorizer": {"principalId": "ada", "audience": audience, **authorizer},
        },
        "body": body,
        "isBase64Encoded": False,
    }


def invoke(handler: Route, event: dict[str, Any], context: Context | None = None) -> Any:
    """Invoke a route's function and return its response, which must be JSON."""
    return json.loads(json.dumps(handler(event, context or Context())))


def authorizer_event(ticket: str) -> dict[str, Any]:
    """Return API Gateway's event for the authorizer."""
    return {
        "type": "REQUEST",
        "methodArn": ARN,
        "queryStringParameters": {"ticket": ticket},
        "requestContext": {"routeKey": "$connect", "connectionId": CONNECTION, "stage": "ws"},
    }


def user_event(number: int = 1, subject: str | None = "ada", **changes: Any) -> dict[str, Any]:
    """Return an event about a created user, as EventBridge delivers it."""
    user = {**USER, "preferences": {"email": True, "sms": False}}
    if subject:
        user["subject"] = subject
    metadata = {"id": f"user.created:{USER['id']}:{number}", "actor": "admin"}
    return document(metadata=metadata, data={"user": user}, **changes)


def push_batch(*documents: dict[str, Any]) -> dict[str, Any]:
    """Return a batch of the push queue; its messages are `message-0` and so on."""
    return batch(*(message(each, f"message-{number}") for number, each in enumerate(documents)))
