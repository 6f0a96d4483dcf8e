"""The API's document (OpenAPI 3.1), generated from the routes and the contracts of their handlers.

The program calls this, and never a function: it imports every handler.
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
        "description": "An access token of the user pool; the scopes are those that it must carry",
    },
    "partners": {
        "type": "http",
        "scheme": "bearer",
        "description": "A partner's key, as its operator was given it; a revoked one works for a minute more",
    },
}
"""How callers prove themselves: by a token, or as the Lambda authorizer of the name has it."""
CORRELATION = {"$ref": "#/components/headers/" + correlation.HEADER}


class Route(NamedTuple):
    """A route of the API.

    Attributes:
        key: the method and the path, such as `POST /users`; `$default` is left out of the document.
        handler: what answers it, such as `handlers.users.create:handler`.
        scopes: any one of these lets a token in; `()` takes every token, None asks for none.
        authorizer: the Lambda authorizer that says who the caller is, where one does.
    """

    key: str
    handler: str
    scopes: tuple[str, ...] | None
    authorizer: str | None = None

    @property
    def security(self) -> list[dict[str, list[str]]]:
        """What lets a caller in, as the document says it; nothing where everyone is."""
        if self.authorizer is not None:
            return [{self.authorizer: []}]
        if self.scopes is None:
            return []
        return [{"token": [scope]} for scope in self.scopes] or [{"token": []}]


def build(routes: Sequence[Route], title: str, version: str) -> dict[str, Any]:
    """The document, as plain JSON values in an order that depends on `routes` alone.

    Raises:
        TypeError: for a route whose handler is not an operation.
        KeyError: for an authorizer that `SCHEMES` does not describe.
    """
    shown = [route for route in routes if route.key != "$default"]
    contracts = {route.handler: _contract(route.handler) for route in shown}
    paths: dict[str, dict[str, Any]] = {}
    for route in shown:
        method, _, path = route.key.partition(" ")
        siblings = [other for other in shown if other.handler == route.handler]
        paths.setdefault(path, {})[method.lower()] = _operation(
            route, contracts[route.handler], alone=len(siblings) == 1
        )
    document = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": BASE_PATH}],
        "paths": paths,
        "components": {
            **_components(contracts.values()),
            "securitySchemes": {
                name: SCHEMES[name] for route in shown for way in route.security for name in way
            },
        },
    }
    # Through JSON: what comes out is plain, and shares nothing.
    return json.loads(json.dumps(document))


def _contract(handler: str) -> Contract:
    module, _, name = handler.partition(":")
    entry = getattr(import_module(module), name)
    if not isinstance(entry, Operation):
        raise TypeError(f"{handler} is {entry!r}: expected an operation (handlers/http/operation.py)")
    return entry.contract


def _operation(route: Route, contract: Contract, *, alone: bool) -> dict[str, Any]:
    summary, _, description = cleandoc(contract.text).partition("\n")
    domain, verb = route.handler.partition(":")[0].split(".")[-2:]
    method = route.key.partition(" ")[0].lower()
    described = {
        "operationId": f"{domain}_{verb}" if alone else f"{domain}_{verb}_{method}",
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
            found.append({"name": name, "in": place, "required": required, "schema": _present(schema)})
    return [*found, {"$ref": "#/components/parameters/" + correlation.HEADER}]


def _present(schema: Schema) -> Schema:
    """The schema of a parameter that is there: what is absent in a URL is absent, and never null."""
    if schema.get("default", ...) is None:
        schema = {key: value for key, value in schema.items() if key != "default"}
    options = [option for option in schema.get("anyOf", []) if option != {"type": "null"}]
    return options[0] if len(options) == 1 else schema


def _request_body(contract: Contract) -> dict[str, Any] | None:
    if contract.body is None:
        return None
    return {"required": True, "content": _content(contract.accepts, _reference(contract.body))}


def _responses(route: Route, contract: Contract) -> dict[str, Any]:
    refusals: dict[int, list[str]] = {500: ["Something went wrong on our side"]}
    for kind in contract.refusals:
        refusals.setdefault(problem.status_of(kind), []).append(f"{kind.title} (`{problem.type_of(kind)}`)")
    gateway = gateway_statuses(
        token=bool(route.security), scopes=bool(route.scopes), body=contract.body is not None
    )
    responses = {contract.status: _success(contract)}
    for status in sorted({*refusals, *gateway}):
        responses[status] = _refusal(status, refusals.get(status, []), gateway=status in gateway)
    return {str(status): response for status, response in responses.items()}


def _success(contract: Contract) -> dict[str, Any]:
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in contract.headers}
    response: dict[str, Any] = {
        "description": HTTPStatus(contract.status).phrase,
        "headers": {**headers, correlation.HEADER: CORRELATION},
    }
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
    # The gateway's own answers know nothing of correlation.
    names = [
        *[correlation.HEADER] * bool(ours),
        *["Retry-After"] * (status == 503),
        *["WWW-Authenticate"] * (status == 401 and bool(ours)),
    ]
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
    answers = [c.response for c in contracts if c.response is not type(None)]
    text = {"type": "string"}
    return {
        "schemas": _schemas([*bodies, *answers, problem.Problem, GatewayMessage]),
        "parameters": {
            correlation.HEADER: {
                "name": correlation.HEADER,
                "in": "header",
                "description": f"Kept if well formed ({correlation.WELL_FORMED}), otherwise replaced",
                "schema": text,
            }
        },
        "headers": {
            "ETag": {"description": "The version, for `If-Match`", "schema": text},
            "Location": {"description": "Where the new resource is", "schema": text},
            "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}},
            "WWW-Authenticate": {"description": "The scheme by which to prove who one is", "schema": text},
            correlation.HEADER: {"description": "The id under which the request is logged", "schema": text},
        },
    }
