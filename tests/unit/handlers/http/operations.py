"""An operation that returns its body, and the faults of a response."""

from __future__ import annotations

from msgspec import Struct

from handlers.http.operation import operation
from handlers.http.response import Response
from tests.unit.handlers.lambda_ import Reply


class Note(Struct, forbid_unknown_fields=True):
    """A body with a required and an optional field."""

    text: str
    tags: list[str] = []


@operation(200)
def echo(body: Note) -> Response[Note]:
    """Return the body."""
    return Response(body)


def faults(reply: Reply) -> list[tuple[str, str]]:
    """Return field and detail of every fault in a response."""
    return [(error["field"], error["detail"]) for error in reply.body["errors"]]
