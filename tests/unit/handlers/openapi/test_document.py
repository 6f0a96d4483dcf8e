"""The OpenAPI document of the API."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis

from handlers.openapi.document import Route, build
from tests.unit.handlers.api import ROUTES

DOCUMENT = build(ROUTES, "Users", "1.2.3")
HANDLERS, GATEWAYS = "application/problem+json", "application/json"


def operations() -> dict[str, dict[str, Any]]:
    """Return every operation by its route key."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }


def references(node: Any) -> Iterator[str]:
    """Yield every `$ref` below a node."""
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from references(child)


def test_document_is_valid_openapi() -> None:
    """The document conforms to OpenAPI 3.1."""
    schemathesis.openapi.from_dict(DOCUMENT).validate()

    assert (DOCUMENT["openapi"], DOCUMENT["info"], DOCUMENT["servers"]) == (
        "3.1.0",
        {"title": "Users", "version": "1.2.3"},
        [{"url": "/api"}],
    )


def test_document_has_every_route_but_the_fallback() -> None:
    """The document lists a route under its method and path."""
    assert list(operations()) == [route.key for route in ROUTES if route.key != "$default"]


def test_operation_ids_are_unique() -> None:
    """An id is the domain and the handler's module, with the method if a handler has several routes."""
    ids = {key: operation["operationId"] for key, operation in operations().items()}

    assert len(set(ids.values())) == len(ids)
    assert (ids["POST /users"], ids["PATCH /users/{userId}"]) == ("users_create", "users_change_patch")


@pytest.mark.parametrize("key", operations())
def test_operation_is_described(key: str) -> None:
    """Each operation has a summary without a period, and each parameter has a description."""
    operation = operations()[key]

    assert operation["summary"][-1] != "."
    assert [
        parameter["name"]
        for parameter in operation["parameters"]
        if "$ref" not in parameter and "description" not in parameter["schema"]
    ] == []


@pytest.mark.parametrize(
    ("key", "security"),
    [
        ("POST /users", [{"token": ["users/write"]}]),
        ("GET /users", [{"token": ["users/read"]}]),
        ("GET /me", [{"token": []}]),
        ("GET /health", []),
        ("POST /partners/{partner}/events", [{"partners": []}]),
        ("POST /webhooks/{provider}", []),
    ],
)
def test_security_is_that_of_the_route(key: str, security: list[Any]) -> None:
    """The requirement is a scope, any token, a partner's key, or explicitly none."""
    assert operations()[key]["security"] == security


def test_security_schemes_are_those_in_use() -> None:
    """The schemes are exactly those that the routes require."""
    used = {
        name
        for operation in operations().values()
        for requirement in operation["security"]
        for name in requirement
    }
    schemes = DOCUMENT["components"]["securitySchemes"]

    assert {name: (scheme["type"], scheme["scheme"]) for name, scheme in schemes.items()} == dict.fromkeys(
        used, ("http", "bearer")
    )
    public = [route for route in ROUTES if not route.security]
    assert build(public, "Users", "1")["components"]["securitySchemes"] == {}


@pytest.mark.parametrize(
    ("key", "status", "media_types"),
    [
        ("POST /users", "401", [GATEWAYS]),
        ("POST /users", "403", [HANDLERS, GATEWAYS]),
        ("GET /me", "403", [HANDLERS]),
        ("POST /users", "413", [HANDLERS, GATEWAYS]),
        ("POST /users", "429", [GATEWAYS]),
        ("POST /users", "500", [HANDLERS, GATEWAYS]),
        ("GET /health", "503", [GATEWAYS]),
        ("GET /users", "503", [HANDLERS, GATEWAYS]),
        ("POST /users", "409", [HANDLERS]),
        ("POST /partners/{partner}/events", "401", [HANDLERS, GATEWAYS]),
        ("POST /partners/{partner}/events", "403", [HANDLERS]),
        ("POST /partners/{partner}/events", "413", [HANDLERS, GATEWAYS]),
        ("POST /webhooks/{provider}", "401", [HANDLERS]),
        ("POST /webhooks/{provider}", "413", [HANDLERS, GATEWAYS]),
    ],
)
def test_media_type_shows_the_source_of_a_refusal(key: str, status: str, media_types: list[str]) -> None:
    """Handlers return problem details; the gateway returns its own format."""
    assert list(operations()[key]["responses"][status]["content"]) == media_types


def test_created_response_is_declared() -> None:
    """The document declares body and headers of the successful response."""
    assert operations()["POST /users"]["responses"]["201"] == {
        "description": "Created",
        "headers": {
            "ETag": {"$ref": "#/components/headers/ETag"},
            "Location": {"$ref": "#/components/headers/Location"},
            "X-Correlation-Id": {"$ref": "#/components/headers/X-Correlation-Id"},
        },
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}},
    }


def test_query_parameters_are_declared() -> None:
    """Only path parameters are required, and no parameter may be null."""
    listed = [
        (parameter["name"], parameter["in"], parameter["required"], parameter["schema"].get("default"))
        for parameter in operations()["GET /users"]["parameters"][:-1]
    ]

    assert listed == [
        ("limit", "query", False, 20),
        ("cursor", "query", False, None),
        ("email", "query", False, None),
    ]
    assert operations()["GET /users/{userId}"]["parameters"][0]["required"]
    assert "null" not in json.dumps(operations()["GET /users"]["parameters"])


def test_change_accepts_merge_patch() -> None:
    """The document declares both media types that the handler accepts."""
    assert list(operations()["PATCH /users/{userId}"]["requestBody"]["content"]) == [
        "application/json",
        "application/merge-patch+json",
    ]


@pytest.mark.parametrize(
    ("key", "named"), [("POST /users", False), ("POST /partners/{partner}/events", True)]
)
def test_handler_s_401_names_the_authentication_scheme(key: str, named: bool) -> None:
    """The header is declared for a handler's 401, not for the gateway's."""
    assert ("WWW-Authenticate" in operations()[key]["responses"]["401"].get("headers", {})) is named


def test_tagged_union_has_a_discriminator() -> None:
    """The type of a partner's event selects the schema of the body."""
    content = operations()["POST /partners/{partner}/events"]["requestBody"]["content"]
    kinds = {
        "order.placed": "#/components/schemas/OrderPlacedEvent",
        "contact.changed": "#/components/schemas/ContactChangedEvent",
    }

    assert content == {
        "application/json": {
            "schema": {
                "anyOf": [{"$ref": reference} for reference in kinds.values()],
                "discriminator": {"propertyName": "type", "mapping": kinds},
            }
        }
    }


def test_raw_body_has_a_schema() -> None:
    """A signed body has the schema of its JSON, which permits further fields."""
    body = operations()["POST /webhooks/{provider}"]["requestBody"]
    schema = DOCUMENT["components"]["schemas"]["StripeEvent"]

    assert body == {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/StripeEvent"}}},
    }
    assert (schema["required"], "additionalProperties" in schema) == (["id", "type", "created"], False)


def test_every_reference_has_a_component_and_vice_versa() -> None:
    """No component is missing or unused."""
    components = {
        f"#/components/{kind}/{name}"
        for kind in ("schemas", "parameters", "headers")
        for name in DOCUMENT["components"][kind]
    }

    assert set(references(DOCUMENT)) == components


@pytest.mark.parametrize(
    ("body", "valid"),
    [
        ({"email": "ada@example.org", "name": "Ada"}, True),
        ({"email": "ada@example.org", "name": "Ada", "phone": None, "status": "disabled"}, True),
        ({"email": "ada@example.org\n", "name": "Ada"}, False),
        ({"email": "ada@example.org", "name": "Ada\n"}, False),
        ({"email": "ada@example.org", "name": "\u3000 "}, False),
        ({"email": "ada@example.org", "name": "a\x9bb"}, False),
        ({"email": "ada@example.org", "name": "a\u202eb"}, False),
        ({"email": "ada@example.org", "name": "a\U000e0041b"}, False),
        ({"email": "ada@example.org", "name": "\u2800\U000e0100"}, False),
        ({"email": "ada@example.org", "name": "辻\U000e0100 a\u200cb 🧮"}, True),
        ({"email": "ada@1.2.3.4", "name": "Ada"}, False),
        ({"email": f"{'a' * 64}@example.org", "name": "Ada"}, True),
        ({"email": f"{'a' * 65}@example.org", "name": "Ada"}, False),
        ({"email": "ada@example.org", "name": "x" * 101}, False),
        ({"email": "ada@example.org", "name": "Ada", "phone": "+123"}, False),
        ({"email": "ada@example.org", "name": "Ada", "id": "x"}, False),
        ({"email": "ada@example.org"}, False),
    ],
)
def test_schema_accepts_what_the_handler_accepts(body: dict[str, Any], valid: bool) -> None:
    """An independent validator agrees with the handler, including patterns."""
    validator = jsonschema_rs.validator_for(DOCUMENT["components"]["schemas"]["CreateUser"])

    assert validator.is_valid(body) is valid


def test_document_is_the_same_in_every_process() -> None:
    """The document does not depend on hash seeds or addresses, so the bundle is reproducible."""
    script = (
        "import json; from tests.unit.handlers.openapi.test_document import DOCUMENT; "
        "print(json.dumps(DOCUMENT))"
    )
    root = Path(__file__).parents[4]
    documents = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=root,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert documents == {json.dumps(DOCUMENT) + "\n"}


def test_unknown_authorizer_raises() -> None:
    """A route with an authorizer that has no description is an error of the program."""
    with pytest.raises(KeyError, match="unknown"):
        build([Route("GET /health", "handlers.health.read:handler", None, "unknown")], "Users", "1")


def test_handler_that_is_not_an_operation_raises() -> None:
    """A route to a function without a contract is an error of the program."""
    with pytest.raises(TypeError, match=r"handlers\.auth\.pre_token:handler is .*: expected an operation"):
        build([Route("POST /token", "handlers.auth.pre_token:handler", None)], "Users", "1")
