"""What the handlers' unit tests say of the wiring, which they may not import, is what it says itself."""

from __future__ import annotations

from typing import Any

from tests.infrastructure.graph import Graph
from tests.unit.handlers.api import ROUTES
from tests.unit.handlers.tables import TABLES
from tests.unit.handlers.test_imports import ENTRIES

FUNCTION = "aws:lambda/function:Function"


def test_routes_of_the_unit_tests_are_the_gateway_s(dev: Graph) -> None:
    """Each key has the function, the scopes and the authorizer that the tests hold it to."""
    handlers = {f"integrations/{name}-id": item.inputs["handler"] for name, item in dev.of(FUNCTION).items()}
    routes = [item.inputs for item in dev.of("aws:apigatewayv2/route:Route").values()]

    assert {
        route["routeKey"]: (
            handlers[route["target"]],
            route["authorizationType"],
            tuple(route.get("authorizationScopes", ())),
        )
        for route in routes
        if route["apiId"] == "api-id"
    } == {
        route.key: (
            route.handler.replace(":", "."),
            _kind(route.scopes, route.authorizer),
            route.scopes or (),
        )
        for route in ROUTES
    }


def test_tables_of_the_unit_tests_are_dynamodb_s(dev: Graph) -> None:
    """Each has the keys and the indexes that the tests give it."""
    declared = {
        f"{name.upper()}_TABLE": _described(item.inputs)
        for name, item in dev.of("aws:dynamodb/table:Table").items()
    }

    assert declared == {variable: _known(table) for variable, table in TABLES.items()}


def test_every_entry_point_is_a_function(dev: Graph) -> None:
    """None that the tests weigh is left out of the wiring, and the wiring has no other."""
    wired = {item.inputs["handler"].rpartition(".")[0] for item in dev.of(FUNCTION).values()}

    assert wired == set(ENTRIES)


def _kind(scopes: tuple[str, ...] | None, authorizer: str | None) -> str:
    """How the gateway calls what a route asks for."""
    if authorizer:
        return "CUSTOM"
    return "NONE" if scopes is None else "JWT"


def _described(table: Any) -> dict[str, Any]:
    return {
        "keys": [key for key in (table["hashKey"], table.get("rangeKey")) if key],
        "attributes": {attribute["name"]: attribute["type"] for attribute in table["attributes"]},
        "indexes": {
            index["name"]: (
                index["projectionType"],
                [(key["attributeName"], key["keyType"]) for key in index["keySchemas"]],
            )
            for index in table.get("globalSecondaryIndexes", ())
        },
    }


def _known(table: dict[str, Any]) -> dict[str, Any]:
    return {
        "keys": [key["AttributeName"] for key in table["KeySchema"]],
        "attributes": {
            given["AttributeName"]: given["AttributeType"] for given in table["AttributeDefinitions"]
        },
        "indexes": {
            index["IndexName"]: (
                index["Projection"]["ProjectionType"],
                [(key["AttributeName"], key["KeyType"]) for key in index["KeySchema"]],
            )
            for index in table.get("GlobalSecondaryIndexes", ())
        },
    }
