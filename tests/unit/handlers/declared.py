"""Checks of responses against the API's document."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from handlers.openapi.document import build
from tests.unit.handlers.api import ROUTES
from tests.unit.handlers.lambda_ import Reply

DOCUMENT = build(ROUTES, "Users", "1")


class Declared:
    """The responses that the document declares for one route, given its route key."""

    def __init__(self, key: str) -> None:
        method, _, path = key.partition(" ")
        self.responses: dict[str, Any] = DOCUMENT["paths"][path][method.lower()]["responses"]

    def check(self, reply: Reply) -> Reply:
        """Assert that the reply's status, headers, media type and body are declared, and return the reply."""
        response = self.responses[str(reply.status)]
        always = {"Content-Type"} if "content" in response else set()
        found = {*reply.headers, *(["Set-Cookie"] if reply.cookies else [])}
        assert found - {"Cache-Control"} == {*response["headers"], *always}
        if "content" in response:
            schema = response["content"][reply.headers["Content-Type"]]["schema"]
            jsonschema_rs.validate({**schema, "components": DOCUMENT["components"]}, reply.body)
        return reply
