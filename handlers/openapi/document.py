"""Generates the API's OpenAPI 3.1 document from the routes and the contracts of their handlers.

Only the Pulumi program uses this module, never a function: it imports every handler.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from importlib import import_module
from inspect import cleandoc
from typing import Any, NamedTuple, cast

import msgspec

from handlers.http import problem
from handlers.http.operation import JSON, Contract, Operation
from handlers.http.response import BASE_PATH
from handlers.kit import correlation
from handlers.openapi.gateway import GatewayMessage, gateway_statuses

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/{name}"
SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of the user pool with one of the listed scopes",
    },
    "partners": {
        "type": "http",
        "scheme": "bearer",
        "description": "A partner's key; a revoked key remains valid for up to one minute",
    },
}
"""The security schemes: `token`, and one for each Lambda authorizer, by the authorizer's name."""
COOKIE = {"type": "string", "description": "set by the API; no script can read it"}
CORRELATION = {"$ref": "#/components/headers/" + correlation.HEADER}


class Route(NamedTuple):
    """A route of the API.

    Attributes:
        key: the method and the path, such as `POST /users`; the document omits `$default`.
        handler: the handler of its requests, such as `handlers.users.create:handler`.
        scopes: the scopes of which a token must have one; `()` for any token, None for no token.
        authorizer: the route's Lambda authorizer, if it has one.
    """

    key: str
    handler: str
    scopes: tuple[str, ...] | None
    authorizer: str | None = None

    @property
    def security(self) -> list[dict[str, list[str]]]:
        """The route's security requirements in OpenAPI format; empty for a public route."""
        if self.authorizer is not None:
            return [{self.authorizer: []}]
        if self.scopes is None:
            return []
        return [{"token": [scope]} for scope in self.scopes] or [{"token": []}]


def build(routes: Sequence[Route], title: str, version: str) -> dict[str, Any]:
    """Return the document as JSON values; their order depends only on `routes`.

    Raises:
        TypeError: if a route's handler is not an operation.
        KeyError: if `SCHEMES` does not describe a route's authorizer.
    """
    shown = [route for route in routes if route.key != "$default"]
    contracts = {route.handler: _contract(route.handler) for route in shown}
    paths: dict[str, dict[str, Any]] = {}
    for route in shown:
        method, _, path = route.key.partition(" ")
        shared = sum(other.handler == route.handler for other in shown) > 1
        paths.setdefault(path, {})[method.lower()] = _operation(
            route, contracts[route.handler], shared_handler=shared
        )
    document = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": BASE_PATH}],
        "paths": paths,
        "components": {
            **_components(contracts.values()),
            "securitySchemes": {
                name: SCHEMES[name]
                for route in shown
                for requirement in route.security
                for name in requirement
            },
        },
    }
    # The JSON round trip removes tuples, integer keys and shared objects.
    return json.loads(json.dumps(document))


def _contract(handler: str) -> Contract:
    module, _, name = handler.partition(":")
    entry = getattr(import_module(module), name)
    if not isinstance(entry, Operation):
        raise TypeError(f"{handler} is {entry!r}: expected an operation (handlers/http/operation.py)")
    return entry.contract


def _operation(route: Route, contract: Contract, *, shared_handler: bool) -> dict[str, Any]:
    summary, _, description = cleandoc(contract.text).partition("\n")
    domain, verb = route.handler.partition(":")[0].split(".")[-2:]
    method = route.key.partition(" ")[0].lower()
    described = {
        "operationId": f"{domain}_{verb}_{method}" if shared_handler else f"{domain}_{verb}",
        "summary": summary.rstrip("."),
        "description": description.strip(),
        "tags": [domain],
        "security": route.security,
        "parameters": _parameters(contract),
        "requestBody": _request_body(contract),
        "responses": _responses(route, contract),
    }
    empty_allowed = ("security",)
    return {name: value for name, value in described.items() if value or name in empty_allowed}


def _parameters(contract: Contract) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for part, place in (("path", "path"), ("query", "query"), ("headers", "header")):
        if part not in contract.parts:
            continue
        shape = _schemas([contract.parts[part]])[contract.parts[part].__name__]
        for name, schema in shape["properties"].items():
            required = name in shape["required"]
            found.append({"name": name, "in": place, "required": required, "schema": _without_null(schema)})
    found += [{"name": name, "in": "cookie", "required": False, "schema": COOKIE} for name in contract.reads]
    return [*found, {"$ref": "#/components/parameters/" + correlation.HEADER}]


def _without_null(schema: Schema) -> Schema:
    """Return the schema of a parameter without its null alternative: URLs and headers have no null."""
    if schema.get("default", ...) is None:
        schema = {key: value for key, value in schema.items() if key != "default"}
    options = [option for option in schema.get("anyOf", []) if option != {"type": "null"}]
    return options[0] if len(options) == 1 else schema


def _request_body(contract: Contract) -> dict[str, Any] | None:
    if contract.body is None:
        return None
    return {"required": True, "content": _content(contract.accepts, _reference(contract.body))}


def _responses(route: Route, contract: Contract) -> dict[str, Any]:
    refusals: dict[int, list[str]] = {500: ["Unexpected error"]}
    clearing: set[int] = set()
    for kind in contract.refusals:
        status = problem.status_of(kind)
        refusals.setdefault(status, []).append(f"{kind.title} (`{problem.type_of(kind)}`)")
        if problem.clears(kind):
            clearing.add(status)
    gateway = gateway_statuses(
        token=bool(route.security), scopes=bool(route.scopes), body=contract.body is not None
    )
    responses = {contract.status: _success(contract)}
    for status in sorted({*refusals, *gateway}):
        responses[status] = _refusal(status, refusals.get(status, []), gateway=status in gateway)
    for status in clearing:
        responses[status]["headers"]["Set-Cookie"] = {"$ref": "#/components/headers/Set-Cookie"}
    return {str(status): response for status, response in responses.items()}


def _success(contract: Contract) -> dict[str, Any]:
    names = (*contract.headers, *(["Set-Cookie"] if contract.sets else []))
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    response: dict[str, Any] = {
        "description": HTTPStatus(contract.status).phrase,
        "headers": {**headers, correlation.HEADER: CORRELATION},
    }
    if contract.sets:
        response["description"] += f"; sets or deletes the cookies {', '.join(contract.sets)}"
    if contract.response is not type(None):
        response["content"] = _content((JSON,), _reference(contract.response))
    return response


def _refusal(status: int, ours: list[str], *, gateway: bool) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if ours:
        content |= _content((problem.MEDIA_TYPE,), _reference(problem.Problem))
    if gateway:
        content |= _content((JSON,), _reference(GatewayMessage))
    phrase = HTTPStatus(status).phrase
    response: dict[str, Any] = {"description": "; ".join(ours) or phrase, "content": content}
    names: list[str] = []
    if ours:  # The gateway's own responses have no correlation id.
        names.append(correlation.HEADER)
    if status == 503 or (ours and status == 429):
        names.append("Retry-After")
    if ours and status == 401:
        names.append("WWW-Authenticate")
    if names:
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    return response


def _content(media_types: Iterable[str], schema: Schema) -> dict[str, Any]:
    return {media_type: {"schema": schema} for media_type in media_types}


def _reference(kind: Any) -> Schema:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=REFERENCE)
    return schema


def _schemas(kinds: Iterable[Any]) -> dict[str, Schema]:
    _, components = msgspec.json.schema_components(kinds, ref_template=REFERENCE)
    return {name: cast("Schema", components[name]) for name in sorted(components)}


def _components(contracts: Iterable[Contract]) -> dict[str, Any]:
    bodies = [c.body for c in contracts if c.body is not None]
    responses = [c.response for c in contracts if c.response is not type(None)]
    text = {"type": "string"}
    return {
        "schemas": _schemas([*bodies, *responses, problem.Problem, GatewayMessage]),
        "parameters": {
            correlation.HEADER: {
                "name": correlation.HEADER,
                "in": "header",
                "description": f"Used if well formed ({correlation.WELL_FORMED}), otherwise replaced",
                "schema": text,
            }
        },
        "headers": {
            "ETag": {"description": "The version of the resource, for `If-Match`", "schema": text},
            "Location": {
                "description": "The path of the new resource, or the address to go to",
                "schema": text,
            },
            "Retry-After": {
                "description": "Seconds to wait before the next attempt",
                "schema": {"type": "integer"},
            },
            "Set-Cookie": {
                "description": "A cookie to store or delete; a response may have several",
                "schema": text,
            },
            "WWW-Authenticate": {
                "description": "The authentication scheme that the operation requires",
                "schema": text,
            },
            correlation.HEADER: {"description": "The id of the request in the log", "schema": text},
        },
    }
