"""OpenAPI: the API's document, generated from all declared routes and the contracts of their handlers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from components.access import Custom, Jwt, Public
from wiring.declared import Declared, Route

if TYPE_CHECKING:
    from handlers.openapi.document import Route as DocumentRoute
    from wiring.platform import Platform

DECLARED = Declared(
    routes={"GET /openapi.json": Route("openapi.read", Public("the API's document is not secret"))}
)
DOCUMENT = "handlers/openapi/openapi.json"
"""The document's path in the function's bundle."""


def wire(platform: Platform) -> None:
    """Create the function with the document in its bundle."""
    from handlers.openapi.document import build

    document = build(document_routes(platform.declared), title="Strata", version=platform.settings.version)
    platform.route("openapi.read", files={DOCUMENT: json.dumps(document)})


def document_routes(declared: Declared) -> list[DocumentRoute]:
    """Return the declared routes in the form from which the document is built."""
    from handlers.openapi.document import Route as DocumentRoute

    return [
        DocumentRoute(
            key,
            route.handler,
            route.access.scopes if isinstance(route.access, Jwt) else None,
            route.access.authorizer if isinstance(route.access, Custom) else None,
        )
        for key, route in declared.routes.items()
    ]
