"""Answers held against the API's document."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from handlers.openapi.document import build
from tests.unit.handlers.api import ROUTES
from tests.unit.handlers.lambda_ import Reply

DOCUMENT = build(ROUTES, "Users", "1")


class Declared:
    """What the document says of one route's answers, by its route key."""

    def __init__(self, key: str) -> None:
        method, _, path = key.partition(" ")
        self.responses: dict[str, Any] = DOCUMENT["paths"][path][method.lower()]["responses"]

    def check(self, reply: Reply) -> Reply:
        """The reply, which has a status, headers, a media type and a body that are declared."""
        response = self.responses[str(reply.status)]
        always = {"Content-Type"} if "content" in response else set()
        assert {*reply.headers} - {"Cache-Control"} == {*response["headers"], *always}
        if "content" in response:
            schema = response["content"][reply.headers["Content-Type"]]["schema"]
            jsonschema_rs.validate({**schema, "components": DOCUMENT["components"]}, reply.body)
        return reply
