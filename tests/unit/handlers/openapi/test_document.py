"""The API's document."""

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
OURS, GATEWAYS = "application/problem+json", "application/json"


def operations() -> dict[str, dict[str, Any]]:
    """Every operation by its route key."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }


def references(node: Any) -> Iterator[str]:
    """Every `$ref` below a node."""
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from references(child)


def test_document_is_valid_openapi() -> None:
    """The document says 3.1, and is what the specification allows."""
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
    """Each operation has a summary without a full stop and parameters that say what they are."""
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
    """Scopes, any token, a partner's key, or nothing, said out loud."""
    assert operations()[key]["security"] == security


def test_every_way_in_is_explained_and_no_other() -> None:
    """The schemes are those that the routes ask for: HTTP's bearer, of a token or a partner's key."""
    used = {name for operation in operations().values() for way in operation["security"] for name in way}
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
        ("POST /users", "403", [GATEWAYS]),
        ("GET /me", "403", [OURS]),
        ("POST /users", "413", [OURS, GATEWAYS]),
        ("POST /users", "429", [GATEWAYS]),
        ("POST /users", "500", [OURS, GATEWAYS]),
        ("GET /health", "503", [GATEWAYS]),
        ("GET /users", "503", [OURS, GATEWAYS]),
        ("POST /users", "409", [OURS]),
        ("POST /partners/{partner}/events", "401", [OURS, GATEWAYS]),
        ("POST /partners/{partner}/events", "403", [OURS]),
        ("POST /partners/{partner}/events", "413", [OURS, GATEWAYS]),
        ("POST /webhooks/{provider}", "401", [OURS]),
        ("POST /webhooks/{provider}", "413", [OURS, GATEWAYS]),
    ],
)
def test_refusals_say_whose_they_are(key: str, status: str, media_types: list[str]) -> None:
    """Ours are problems; the gateway has words of its own."""
    assert list(operations()[key]["responses"][status]["content"]) == media_types


def test_answer_to_a_creation_is_declared_whole() -> None:
    """Body and headers of the success are those that the handler gives."""
    assert operations()["POST /users"]["responses"]["201"] == {
        "description": "Created",
        "headers": {
            "ETag": {"$ref": "#/components/headers/ETag"},
            "Location": {"$ref": "#/components/headers/Location"},
            "X-Correlation-Id": {"$ref": "#/components/headers/X-Correlation-Id"},
        },
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}},
    }


def test_parameters_are_those_that_are_read() -> None:
    """A parameter that is absent is absent: none may be null, and only the path's are required."""
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


def test_body_of_a_change_may_be_called_a_merge_patch() -> None:
    """Both content types that the handler takes are declared."""
    assert list(operations()["PATCH /users/{userId}"]["requestBody"]["content"]) == [
        "application/json",
        "application/merge-patch+json",
    ]


@pytest.mark.parametrize(("key", "told"), [("POST /users", False), ("POST /partners/{partner}/events", True)])
def test_refusal_of_ours_says_how_to_prove_oneself(key: str, told: bool) -> None:
    """A 401 of ours names the scheme; the gateway's own does not say what it names."""
    assert ("WWW-Authenticate" in operations()[key]["responses"]["401"].get("headers", {})) is told


def test_body_of_several_kinds_is_each_of_them() -> None:
    """Of what a partner may tell, the type says which schema the rest has."""
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


def test_body_that_is_handed_on_as_it_is_has_a_schema_all_the_same() -> None:
    """What is signed byte for byte is JSON of a shape; its maker may say more."""
    body = operations()["POST /webhooks/{provider}"]["requestBody"]
    schema = DOCUMENT["components"]["schemas"]["StripeEvent"]

    assert body == {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/StripeEvent"}}},
    }
    assert (schema["required"], "additionalProperties" in schema) == (["id", "type", "created"], False)


def test_references_lead_somewhere_and_components_are_used() -> None:
    """Nothing is missing, and nothing stands there for nobody."""
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
        ({"email": "ada@example.org", "name": "x" * 101}, False),
        ({"email": "ada@example.org", "name": "Ada", "phone": "+123"}, False),
        ({"email": "ada@example.org", "name": "Ada", "id": "x"}, False),
        ({"email": "ada@example.org"}, False),
    ],
)
def test_schema_tells_what_the_handler_takes(body: dict[str, Any], valid: bool) -> None:
    """An independent validator agrees with the handler, patterns included."""
    validator = jsonschema_rs.validator_for(DOCUMENT["components"]["schemas"]["CreateUser"])

    assert validator.is_valid(body) is valid


def test_document_is_the_same_in_every_process() -> None:
    """No order of sets and no memory address gets into it: the bundle does not change by itself."""
    script = (
        "import json; from tests.unit.handlers.openapi.test_document import DOCUMENT; "
        "print(json.dumps(DOCUMENT))"
    )
    root = Path(__file__).parents[4]
    made = {
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

    assert made == {json.dumps(DOCUMENT) + "\n"}


def test_authorizer_without_a_description_is_named() -> None:
    """A route that asks a function which the document knows nothing of is an error of the program's."""
    with pytest.raises(KeyError, match="strangers"):
        build([Route("GET /health", "handlers.health.read:handler", None, "strangers")], "Users", "1")


def test_handler_that_is_no_operation_is_named() -> None:
    """A route to something without a contract is an error of the program's."""
    with pytest.raises(TypeError, match=r"handlers\.auth\.pre_token:handler is .*: expected an operation"):
        build([Route("POST /token", "handlers.auth.pre_token:handler", None)], "Users", "1")
