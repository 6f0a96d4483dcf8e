"""The browser's client, generated from the API's document."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools import client as tool


def document(**operation: Any) -> dict[str, Any]:
    """Return a document with one operation, which a person's token allows."""
    item = {
        "operationId": "orders_change_patch",
        "summary": "Change an order",
        "security": [{"token": ["orders/write"]}],
        "responses": {"204": {"description": "No Content"}, "404": {"description": "Not found"}},
        **operation,
    }
    schemas = {
        "Problem": {"properties": {"title": {"type": "string"}}, "required": ["title"]},
        "Order": {
            "description": "An order.\n\nMore about it.",
            "properties": {
                "id": {"type": "string", "description": "the id"},
                "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
                "note": {"anyOf": [{"type": "string", "maxLength": 50}, {"type": "null"}], "default": None},
            },
            "required": ["id"],
        },
        "Line": {"properties": {"count": {"type": "integer"}, "unit": {"enum": ["kg", "piece"]}}},
        "Other": {"properties": {}},
    }
    return {"paths": {"/orders/{orderId}": {"patch": item}}, "components": {"schemas": schemas}}


def parameter(name: str, place: str, *, required: bool = False) -> dict[str, Any]:
    """Return a parameter of a text."""
    return {
        "name": name,
        "in": place,
        "required": required,
        "schema": {"type": "string", "description": "it"},
    }


ORDER = {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}


def test_an_operation_becomes_a_function() -> None:
    """Parameters go to their places; their names are JavaScript's."""
    text = tool.client(
        document(
            parameters=[
                parameter("orderId", "path", required=True),
                parameter("limit", "query"),
                parameter("If-Match", "header"),
            ],
            requestBody={"content": ORDER},
            responses={"200": {"content": ORDER}, "412": {}},
        )
    )

    assert (
        "export const ordersChangePatch = ({ orderId, limit, ifMatch, body }, options = {}) =>\n"
        '  send("PATCH", `/orders/${encodeURIComponent(orderId)}`, '
        '{ query: { limit }, headers: { "If-Match": ifMatch }, body, ...options });\n'
    ) in text
    assert " * @param {string} given.orderId it\n" in text
    assert " * @param {string} [given.limit] it\n" in text
    assert " * @param {Order} given.body\n" in text
    assert " * @returns {Promise<Reply<Order>>}\n" in text
    assert "with status 412\n" in text


def test_an_operation_without_parameters_needs_no_argument() -> None:
    """It may be called without one; a response without a body is null."""
    text = tool.client(document())

    assert "export const ordersChangePatch = (_ = {}, options = {}) =>\n" in text
    assert " * @returns {Promise<Reply<null>>}\n" in text


def test_types_are_those_of_the_schemas_that_are_used() -> None:
    """Also those that others refer to, and that of problems; no others."""
    text = tool.client(document(responses={"200": {"content": ORDER}}))

    assert " * An order.\n *\n * @typedef {object} Order\n" in text
    assert " * @property {(Line)[]} [lines]\n" in text
    assert " * @property {string | null} note\n" in text
    assert ' * @property {"kg" | "piece"} [unit]\n' in text
    assert "@typedef {object} Problem\n" in text
    assert "@typedef {object} Other\n" not in text


def test_what_is_sent_may_omit_fields_with_a_default() -> None:
    """The forms' rules name the fields that are required, and their lengths."""
    text = tool.client(document(requestBody={"content": ORDER}))

    assert " * @property {string | null} [note]\n" in text
    rules = json.loads(text.partition("export const CONSTRAINTS = ")[2].partition(";\n")[0])
    assert rules == {
        "Order": {
            "id": {"required": True},
            "lines": {"required": False},
            "note": {"required": False, "maxLength": 50},
        }
    }


@pytest.mark.parametrize("security", [[], [{"partners": []}]])
def test_operations_of_others_are_left_out(security: list[dict[str, list[str]]]) -> None:
    """Programs, partners and monitors do not run in the browser."""
    assert "ordersChangePatch" not in tool.client(document(security=security))


def test_an_outdated_client_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--check` writes nothing; the command writes, and then `--check` agrees."""
    file = tmp_path / "client.js"
    file.write_text("older")
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(tool, "CLIENT", file)

    assert tool.main(["--check"]) == 1
    assert capsys.readouterr().out == "client.js differs from recorded/openapi.json: run make record\n"
    assert file.read_text() == "older"
    assert tool.main([]) == 0
    assert tool.main(["--check"]) == 0
    assert "export const usersList" in file.read_text()
