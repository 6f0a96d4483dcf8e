"""A function as a Lambda entry point behind a route of the WebSocket API.

    @route
    def handler(message: Message) -> Reply | None:
        '''Answer a ping.'''

What it returns is posted to the connection: the answer of an integration reaches no browser by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from handlers.kit import correlation
from handlers.kit.errors import Refusal
from handlers.kit.invocation import Context, Invocation
from handlers.realtime.models import Complaint, Reply


class Message(Struct, frozen=True):
    """What came over a connection.

    Attributes:
        route: the route key, such as `ping`.
        audience: what the connection is told, from its authorizer.
        text: what was sent; nothing where the connection opens or closes.
    """

    route: str
    connection_id: str
    audience: str
    text: str

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Message:
        """The message in an event of the gateway."""
        context = event["requestContext"]
        return cls(
            route=context["routeKey"],
            connection_id=context["connectionId"],
            audience=context["authorizer"]["audience"],
            text=event.get("body") or "",
        )


Handles = Callable[[Message], "Reply | None"]


class Route:
    """Lambda's entry point: does what a message asks, and logs one line for each."""

    def __init__(self, function: Handles) -> None:
        self.function = function

    def __call__(self, event: Mapping[str, Any], context: Context) -> dict[str, int]:
        """Answer a message; a status of 200 lets a connection open."""
        message = Message.of(event)
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
        except Exception as error:  # noqa: BLE001 - whatever it is, the gateway gets an answer and the log the traceback
            invocation.failed(error)
            return 500
        return 200

    def _reply(self, message: Message, invocation: Invocation) -> Reply | None:
        try:
            return self.function(message)
        except Exception as error:
            if not message.text:  # nobody is there yet, or no more, who could read it
                raise
            if isinstance(error, Refusal):
                invocation.note(refused=str(error))
                return Complaint(str(error))
            invocation.failed(error)
            return Complaint(
                f"something went wrong on our side; it is logged under {invocation.correlation_id}"
            )


def route(function: Handles) -> Route:
    """Make an entry point of a function that handles one message, and may answer it."""
    return Route(function)


def _post(message: Message, reply: Reply) -> None:
    # Late: who only opens and closes connections says nothing to them, and may not.
    from handlers.realtime import gateway

    gateway.post(message.connection_id, msgspec.json.encode(reply))
