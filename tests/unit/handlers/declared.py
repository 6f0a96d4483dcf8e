"""Answers held against the API's document."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from handlers.openapi.document import Route, build
from tests.unit.handlers.lambda_ import Reply


class Declared:
    """What the document says of one route's answers."""

    def __init__(self, route: Route) -> None:
        self.document = build([route], "Strata", "1")
        method, _, path = route.key.partition(" ")
        self.responses: dict[str, Any] = self.document["paths"][path][method.lower()]["responses"]

    def check(self, reply: Reply) -> Reply:
        """The reply, which has a status, headers, a media type and a body that are declared."""
        response = self.responses[str(reply.status)]
        assert {*reply.headers} - {"Cache-Control", "Content-Type"} == {*response["headers"]}
        schema = response["content"][reply.headers["Content-Type"]]["schema"]
        jsonschema_rs.validate({**schema, "components": self.document["components"]}, reply.body)
        return reply
