"""The platform's handlers behind their routes, on tables that moto simulates."""

from __future__ import annotations

import importlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, NamedTuple
from uuid import uuid4

import boto3
import msgspec
from boto3.dynamodb.types import TypeDeserializer
from moto import mock_aws

from handlers.events.cause import Cause
from handlers.events.stream import Change
from handlers.fallback import not_found
from handlers.kit import clock
from handlers.openapi.document import Route
from handlers.realtime.pushes import audiences_of, public_event
from handlers.users.changes import event_of
from tests.unit.handlers.api import ROUTES
from tests.unit.handlers.lambda_ import Context, request
from tests.unit.handlers.tables import TABLES

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "SMS_COUNTRIES": '["+1", "+44"]',
    **{variable: table["TableName"] for variable, table in TABLES.items()},
}

PARAMETER = re.compile(r"\{(\w+)\}")


class Response(NamedTuple):
    """A response of the API."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Pushed(NamedTuple):
    """An event as browsers receive it, and the audiences that receive it."""

    event: dict[str, Any]
    audiences: tuple[str, ...]


class Api:
    """Invokes the handler of a route, one at a time."""

    def __init__(self) -> None:
        os.environ.update(ENVIRONMENT)
        mock_aws().start()
        self._dynamodb = boto3.client("dynamodb")
        for table in TABLES.values():
            self._dynamodb.create_table(**table)
        self._lock = Lock()
        self._routes = [(_pattern(route.key), route) for route in ROUTES if route.key != "$default"]
        self._users: dict[str, dict[str, Any]] = {}
        # The function's bundle contains the keys of the routes.
        self._bundle = TemporaryDirectory()
        not_found.ROUTES = Path(self._bundle.name, "routes.json")
        not_found.ROUTES.write_text(json.dumps([route.key for _, route in self._routes]))

    def invoke(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: str | None,
        claims: Mapping[str, str] | None,
    ) -> Response:
        """Respond as API Gateway does; `claims` are those of a valid token."""
        for pattern, route in self._routes:
            if match := pattern.match(f"{method} {path}"):
                refusal = _refusal(route, claims)
                event = request(
                    route.key, path=match.groupdict(), query=query, headers=headers, text=body, claims=claims
                )
                return refusal or self._handled(route.handler, event)
        event = request(headers=headers)
        event["rawPath"] = f"/api{path}"
        event["requestContext"]["http"] |= {"method": method, "path": f"/api{path}"}
        return self._handled("handlers.fallback.not_found:handler", event)

    def _handled(self, handler: str, event: dict[str, Any]) -> Response:
        module, _, name = handler.partition(":")
        with self._lock:
            response = getattr(importlib.import_module(module), name)(event, Context())
        return Response(response["statusCode"], response["headers"], response.get("body", "").encode())

    def changes(self) -> Iterator[Pushed]:
        """Yield the events of what has changed since the last call, as the table's stream would."""
        with self._lock:
            pages = self._dynamodb.get_paginator("scan").paginate(TableName=ENVIRONMENT["USERS_TABLE"])
            items = [_plain(item) for item in pages.build_full_result()["Items"]]
            before, self._users = self._users, {item["id"]: item for item in items}
        for user_id in {**before, **self._users}:
            old, new = before.get(user_id), self._users.get(user_id)
            if old != new and (pushed := _pushed(old, new)):
                yield pushed


def _pushed(old: dict[str, Any] | None, new: dict[str, Any] | None) -> Pushed | None:
    cause = (new or old or {}).get("cause", {})
    event: Any = event_of(Change(old, new, clock.now(), Cause(cause.get("correlationId", uuid4().hex), None)))
    if event is None:
        return None
    return Pushed(msgspec.to_builtins(public_event(event)), audiences_of(event))


def _plain(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item as the stream's converter does: numbers are integers."""
    read = TypeDeserializer().deserialize({"M": item})
    return json.loads(json.dumps(read, default=int))


def _pattern(key: str) -> re.Pattern[str]:
    return re.compile(PARAMETER.sub(r"(?P<\1>[^/]+)", key) + "$")


def _refusal(route: Route, claims: Mapping[str, str] | None) -> Response | None:
    """Return what API Gateway's authorizer responds instead of the handler."""
    if route.scopes is None:
        return None
    if claims is None:
        return _gateway(401, "Unauthorized")
    if route.scopes and not set(route.scopes) & set(claims["scope"].split()):
        return _gateway(403, "Forbidden")
    return None


def _gateway(status: int, message: str) -> Response:
    headers = {"Content-Type": "application/json", "apigw-requestid": uuid4().hex}
    return Response(status, headers, json.dumps({"message": message}).encode())
