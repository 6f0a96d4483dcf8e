"""GET /health."""

from typing import Literal

import msgspec

from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.environment import variable


class Health(msgspec.Struct, frozen=True):
    """The platform answers; `version` is what is deployed."""

    version: str
    status: Literal["ok"] = "ok"


@operation(200)
def handler() -> Response[Health]:
    """Say that the platform answers, and which version is deployed."""
    return Response(Health(variable("VERSION")))
