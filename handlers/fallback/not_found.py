"""$default: requests that match no route."""

from typing import NoReturn

from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.errors import NotFound


@operation(404, raises=(NotFound,))
def handler() -> Response[NoReturn]:
    """Return 404 for a request that matches no route."""
    raise NotFound("no route has this method and path; see GET /openapi.json for all routes")
