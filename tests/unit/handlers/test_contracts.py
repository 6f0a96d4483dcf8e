"""Contracts: every status that a handler declares is met, and what it answers is what it declares."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

import pytest
from botocore.stub import Stubber

from handlers.http.operation import Operation
from handlers.http.problem import status_of
from handlers.kit.errors import Unavailable
from handlers.users.ids import new_id
from tests.unit.handlers.api import ROUTES
from tests.unit.handlers.declared import Declared
from tests.unit.handlers.lambda_ import Reply, call, request
from tests.unit.handlers.people import claims, create_user

ADA = {"email": "ada@example.org", "name": "Ada"}
ON_THEIR_OWN = {"handlers.partners.accept:handler", "handlers.webhooks.receive:handler"}
"""Where a case would have to be let in or signed: their own tests meet every status, and hold each of their
answers against the document, as it is done here."""
KEYS = {route.handler: route.key for route in ROUTES if route.handler not in ON_THEIR_OWN}
OPERATIONS: dict[str, Operation] = {
    handler: import_module(handler.partition(":")[0]).handler for handler in KEYS
}
CREATE = "handlers.users.create:handler"
LIST = "handlers.users.list:handler"
READ = "handlers.users.read:handler"
CHANGE = "handlers.users.change:handler"
DELETE = "handlers.users.delete:handler"
READ_ME = "handlers.me.read:handler"
CHANGE_ME = "handlers.me.change:handler"
READ_PREFERENCES = "handlers.me.preferences_read:handler"
CHANGE_PREFERENCES = "handlers.me.preferences_change:handler"
TICKET = "handlers.realtime.ticket:handler"


class Case(NamedTuple):
    """A request that meets a status; `before` prepares it and answers the id to ask for."""

    handler: str
    status: int
    request: dict[str, Any]
    before: Callable[[], Any] = new_id


def existing() -> str:
    return create_user()["id"]


def taken() -> str:
    create_user("grace@example.org")
    return create_user()["id"]


def waiting_disabled() -> None:
    create_user("grace@example.org", status="disabled")


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
    Case(READ_PREFERENCES, 200, {}),
    Case(READ_PREFERENCES, 403, {"claims": claims(token_use="id")}),
    Case(READ_PREFERENCES, 409, {}, somebody_else_s),
    Case(CHANGE_PREFERENCES, 200, {"body": {"sms": True}}),
    Case(CHANGE_PREFERENCES, 400, {"body": {"sms": "yes"}}),
    Case(CHANGE_PREFERENCES, 403, {"body": {"sms": True}}, waiting_disabled),
    Case(CHANGE_PREFERENCES, 409, {"body": {"sms": True}}, somebody_else_s),
    Case(CHANGE_PREFERENCES, 412, {"body": {"sms": True}, "headers": STALE}),
    Case(CHANGE_PREFERENCES, 413, {"text": LARGE}),
    Case(CHANGE_PREFERENCES, 415, {"text": "{}", "headers": PLAIN}),
    Case(TICKET, 201, {}),
    Case(TICKET, 403, {"claims": claims(token_use="id")}),
    Case("handlers.health.read:handler", 200, {}),
    Case("handlers.fallback.not_found:handler", 404, {}),
]
BUSY = [handler for handler, operation in OPERATIONS.items() if Unavailable in operation.contract.refusals]
"""What may be unavailable: each is, in `test_busy_store_is_declared`."""
ELSEWHERE = {(handler, 503) for handler in BUSY} | {("handlers.openapi.read:handler", 200)}
"""The document is served in `openapi/test_read.py`."""


def asked(case: Case, user_id: str | None) -> Reply:
    given = {"claims": claims(), "path": {"userId": user_id}, **case.request}
    if "users" not in case.handler or case.handler in (CREATE, LIST):
        del given["path"]
    return call(OPERATIONS[case.handler], request(**given))


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
    if "fallback" not in case.handler:
        Declared(KEYS[case.handler]).check(reply)


@pytest.mark.parametrize("handler", BUSY)
def test_busy_store_is_declared(handler: str, stubbed: Stubber) -> None:
    """Whatever the handler asks first of DynamoDB, its being busy is the 503 that is declared."""
    first = {CREATE: "transact_write_items", LIST: "query", TICKET: "put_item"}.get(handler, "get_item")
    stubbed.add_client_error(first, "ThrottlingException")
    bodies = {CREATE: ADA, CHANGE: {"name": "B"}, CHANGE_ME: {"name": "B"}, CHANGE_PREFERENCES: {"sms": True}}

    reply = asked(Case(handler, 503, {"body": bodies.get(handler)}), new_id())

    assert Declared(KEYS[handler]).check(reply).status == 503
