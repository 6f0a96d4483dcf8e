"""Queries of the table modules: every page, also when DynamoDB throttles a request."""

from __future__ import annotations

from botocore.stub import Stubber

from handlers.realtime.storage import connections
from tests.unit.handlers.realtime.events import ADA

NAMES = ["connection-1", "connection-2", "connection-3"]


def page(*names: str, more: bool = False) -> dict[str, object]:
    """Return the response with the connections of these names; with `more`, another page follows."""
    items = [{"connectionId": {"S": name}} for name in names]
    last = {"LastEvaluatedKey": {"audience": {"S": ADA}, "connectionId": {"S": names[-1]}}} if more else {}
    return {"Items": items, **last}


def test_query_continues_after_a_throttled_request(stubbed: Stubber) -> None:
    """A throttled request is repeated; it neither ends the result nor returns a page twice."""
    stubbed.add_client_error("query", "ThrottlingException")
    stubbed.add_response("query", page(*NAMES[:2], more=True))
    stubbed.add_client_error("query", "ThrottlingException")
    stubbed.add_response("query", page(NAMES[2]))

    assert list(connections.ids_of(ADA)) == NAMES
