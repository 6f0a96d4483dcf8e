"""$default: whatever has no route."""

from typing import NoReturn

from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.errors import NotFound


@operation(404, raises=(NotFound,))
def handler() -> Response[NoReturn]:
    """Say that nothing is there."""
    raise NotFound("no route has this method and path; GET /openapi.json tells them all")
