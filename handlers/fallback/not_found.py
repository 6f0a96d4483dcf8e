"""$default: whatever has no route."""

from typing import NoReturn

from handlers.http.answer import Answer
from handlers.http.operation import operation
from handlers.kit.errors import NotFound


@operation(404, refuses=(NotFound,))
def handler() -> Answer[NoReturn]:
    """Say that nothing is there."""
    raise NotFound("no route has this method and path; GET /openapi.json tells them all")
