"""Contracts: every status that a handler declares is met, and what it answers is what it declares."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
from botocore.stub import Stubber

from handlers.http.operation import Operation
from handlers.http.problem import status_of
from handlers.openapi.document import build
from handlers.users.ids import new_id
from tests.unit.handlers.api import ROUTES
from tests.unit.handlers.lambda_ import Reply, call, request
from tests.unit.handlers.people import add_user, claims

ADA = {"email": "ada@example.org", "name": "Ada"}
OPERATIONS: dict[str, Operation] = {
    route.handler: import_module(route.handler.partition(":")[0]).handler for route in ROUTES
}
CREATE = "handlers.users.create:handler"
LIST = "handlers.users.list:handler"
READ = "handlers.users.read:handler"
CHANGE = "handlers.users.change:handler"
DELETE = "handlers.users.delete:handler"
READ_ME = "handlers.me.read:handler"
CHANGE_ME = "handlers.me.change:handler"


class Case(NamedTuple):
    """A request that meets a status; `before` prepares it and answers the id to ask for."""

    handler: str
    status: int
    request: dict[str, Any]
    before: Callable[[], Any] = new_id


def existing() -> str:
    return add_user()["id"]


def taken() -> str:
    add_user("grace@example.org")
    return add_user()["id"]


def waiting_disabled() -> None:
    add_user("grace@example.org", status="disabled")


def somebody_else_s() -> None:
    other = claims(sub="another-sign-in", username="another-sign-in")
    assert call(OPERATIONS[READ_ME], request(claims=other)).status == 200


def key_used() -> None:
    body = {**ADA, "name": "B"}
    call(OPERATIONS[CREATE], request(claims=claims(), headers={"Idempotency-Key": "k"}, body=body))


STALE = {"If-Match": '"9"'}
PLAIN = {"Content-Type": "text/plain"}
LARGE = "x" * 20_000
CASES = [
    Case(CREATE, 201, {"body": ADA}),
    Case(CREATE, 400, {"body": {}}),
    Case(CREATE, 409, {"body": ADA}, existing),
    Case(CREATE, 413, {"text": LARGE}),
    Case(CREATE, 415, {"text": "{}", "headers": PLAIN}),
    Case(CREATE, 422, {"body": ADA, "headers": {"Idempotency-Key": "k"}}, key_used),
    Case(LIST, 200, {}, taken),
    Case(LIST, 400, {"query": {"limit": "0"}}),
    Case(READ, 200, {}, existing),
    Case(READ, 400, {"path": {"userId": "1"}}),
    Case(READ, 404, {}),
    Case(CHANGE, 200, {"body": {"name": "B"}}, existing),
    Case(CHANGE, 400, {"body": {"name": ""}}),
    Case(CHANGE, 404, {"body": {"name": "B"}}),
    Case(CHANGE, 409, {"body": {"email": "grace@example.org"}}, taken),
    Case(CHANGE, 412, {"body": {"name": "B"}, "headers": STALE}, existing),
    Case(CHANGE, 413, {"text": LARGE}),
    Case(CHANGE, 415, {"text": "{}", "headers": PLAIN}),
    Case(DELETE, 204, {}, existing),
    Case(DELETE, 400, {"path": {"userId": "1"}}),
    Case(DELETE, 404, {}),
    Case(DELETE, 412, {"headers": STALE}, existing),
    Case(READ_ME, 200, {}),
    Case(READ_ME, 403, {"claims": claims(token_use="id")}),
    Case(READ_ME, 409, {}, somebody_else_s),
    Case(CHANGE_ME, 200, {"body": {"name": "B"}}),
    Case(CHANGE_ME, 400, {"body": {"name": ""}}),
    Case(CHANGE_ME, 403, {"body": {"name": "B"}}, waiting_disabled),
    Case(CHANGE_ME, 409, {"body": {"name": "B"}}, somebody_else_s),
    Case(CHANGE_ME, 412, {"body": {"name": "B"}, "headers": STALE}),
    Case(CHANGE_ME, 413, {"text": LARGE}),
    Case(CHANGE_ME, 415, {"text": "{}", "headers": PLAIN}),
    Case("handlers.health.read:handler", 200, {}),
    Case("handlers.fallback.not_found:handler", 404, {}),
]
ELSEWHERE = {(f"{handler}", 503) for handler in (CREATE, LIST, READ, CHANGE, DELETE, READ_ME, CHANGE_ME)} | {
    ("handlers.openapi.read:handler", 200)
}
"""503 is met by `test_busy_store_is_declared`, and the document is served in `openapi/test_read.py`."""
DOCUMENT = build(ROUTES, "Users", "1")


def asked(case: Case, user_id: str | None) -> Reply:
    given = {"claims": claims(), "path": {"userId": user_id}, **case.request}
    if "users" not in case.handler or case.handler in (CREATE, LIST):
        del given["path"]
    return call(OPERATIONS[case.handler], request(**given))


def declared(handler: str, status: int) -> dict[str, Any]:
    """What the document says of a handler's answer."""
    method, _, path = next(route.key for route in ROUTES if route.handler == handler).partition(" ")
    return DOCUMENT["paths"][path][method.lower()]["responses"][str(status)]


def test_every_declared_status_is_met_and_no_other() -> None:
    """The cases here are what the contracts declare, one for one."""
    met = [(case.handler, case.status) for case in CASES]
    expected = {
        (handler, status)
        for handler, operation in OPERATIONS.items()
        for status in (operation.contract.status, *map(status_of, operation.contract.refusals))
    }

    assert {*met, *ELSEWHERE} == expected
    assert len(met) == len(set(met))


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.handler.split(':')[0]}-{case.status}")
def test_answer_is_as_declared(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status, content type, headers and body are those of the document."""
    monkeypatch.setenv("VERSION", "1.2.3")

    reply = asked(case, case.before())

    assert reply.status == case.status
    if "fallback" in case.handler:
        return
    response = declared(case.handler, case.status)
    always = {"Content-Type"} if "content" in response else set()
    assert {*reply.headers} - {"Cache-Control"} == {*response["headers"], *always}
    if "content" in response:
        schema = response["content"][reply.headers["Content-Type"]]["schema"]
        jsonschema_rs.validate({**schema, "components": DOCUMENT["components"]}, reply.body)


@pytest.mark.parametrize("handler", sorted(handler for handler, status in ELSEWHERE if status == 503))
def test_busy_store_is_declared(handler: str, stubbed: Stubber) -> None:
    """Whatever the handler asks first of DynamoDB, its being busy is the 503 that is declared."""
    first = {CREATE: "transact_write_items", LIST: "query"}.get(handler, "get_item")
    stubbed.add_client_error(first, "ThrottlingException")
    body = {CREATE: ADA, CHANGE: {"name": "B"}, CHANGE_ME: {"name": "B"}}.get(handler)

    reply = asked(Case(handler, 503, {"body": body}), new_id())

    assert reply.status == 503
    assert {*reply.headers} == {"Content-Type", "Cache-Control", *declared(handler, 503)["headers"]}
