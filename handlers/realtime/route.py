"""Turns a function into the Lambda entry point of a WebSocket API route.

    @route
    def handler(message: Message) -> Reply | None:
        '''Reply with a pong.'''

The entry point posts the reply to the connection: API Gateway does not send the integration's response to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from handlers.kit import correlation
from handlers.kit.errors import Forbidden, Refusal
from handlers.kit.invocation import Context, Invocation
from handlers.realtime.models import ErrorMessage, Reply


class Message(Struct, frozen=True):
    """A message that a connection sent, or its opening or closing.

    Attributes:
        route: the route key, such as `ping`.
        connection_id: the id of the connection.
        subject: the subject of the connection's owner, from its authorizer.
        audience: the audience of the connection, from its authorizer.
        session: the sign-in that the connection belongs to, from its authorizer; empty for a program's.
        text: the body; empty when the connection opens or closes.
    """

    route: str
    connection_id: str
    subject: str
    audience: str
    session: str
    text: str

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Message:
        """Return the message in an event of API Gateway."""
        context = event["requestContext"]
        return cls(
            route=context["routeKey"],
            connection_id=context["connectionId"],
            subject=context["authorizer"]["principalId"],
            audience=context["authorizer"]["audience"],
            session=context["authorizer"].get("session", ""),
            text=event.get("body") or "",
        )


Handles = Callable[[Message], "Reply | None"]


class Route:
    """A Lambda entry point that handles one message per invocation, and writes one log line."""

    def __init__(self, function: Handles) -> None:
        self.function = function

    def __call__(self, event: Mapping[str, Any], context: Context) -> dict[str, int]:
        """Handle a message and return its status; 200 allows a connection to open."""
        message = Message.from_event(event)
        facts = {"route": message.route, "connectionId": message.connection_id}
        with Invocation(context, correlation.new_id(), **facts) as invocation:
            status = self._status(message, invocation)
            invocation.note(status=status)
            return {"statusCode": status}

    def _status(self, message: Message, invocation: Invocation) -> int:
        try:
            reply = self._reply(message, invocation)
            if reply is not None:
                _post(message, reply)
        except Forbidden as refusal:
            invocation.note(refused=str(refusal))
            return 403
        except Exception as error:  # noqa: BLE001 - every failure is logged and reported as a status
            invocation.failed(error)
            return 500
        return 200

    def _reply(self, message: Message, invocation: Invocation) -> Reply | None:
        try:
            return self.function(message)
        except Exception as error:
            if not message.text:  # the connection is not open, so it cannot receive an error message
                raise
            if isinstance(error, Refusal):
                invocation.note(refused=str(error))
                return ErrorMessage(str(error))
            invocation.failed(error)
            return ErrorMessage(f"internal error, logged under correlation id {invocation.correlation_id}")


def route(function: Handles) -> Route:
    """Return the entry point for a function that handles one message and may return a reply."""
    return Route(function)


def _post(message: Message, reply: Reply) -> None:
    # Imported here, because functions that only open and close connections post nothing.
    from handlers.realtime import gateway

    gateway.post(message.connection_id, msgspec.json.encode(reply))
