"""GET /health."""

from typing import Literal

import msgspec

from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.environment import variable


class Health(msgspec.Struct, frozen=True):
    """The API is healthy; `version` is the deployed version."""

    version: str
    status: Literal["ok"] = "ok"


@operation(200)
def handler() -> Response[Health]:
    """Check that the API responds and read the deployed version."""
    return Response(Health(variable("VERSION")))
