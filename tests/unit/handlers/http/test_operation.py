"""Operations: responses, authorization, correlation ids and logs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from handlers.http.operation import operation
from handlers.http.request import Request
from handlers.http.response import Response
from handlers.kit.errors import NotFound, Unauthorized, Unavailable
from tests.unit.handlers.http.operations import Note, echo
from tests.unit.handlers.lambda_ import CORRELATION_ID, Context, call, request

Log = Callable[[], list[dict[str, Any]]]


@operation(200, raises=(NotFound, Unavailable))
def fail(body: Note) -> Response[Note]:
    """Raise the error that the text selects."""
    raise {"missing": NotFound("no"), "busy": Unavailable("wait"), "bug": KeyError("hunter2")}[body.text]


@operation(200)
def context(authorizer: Mapping[str, str]) -> Response[dict[str, str]]:
    """Return the context from the Lambda authorizer."""
    return Response(dict(authorizer))


def require_member(request: Request) -> None:
    if request.authorizer.get("member") != "yes":
        raise Unauthorized("members only")


@operation(200, authorize=require_member)
def members_only(body: Note) -> Response[Note]:
    """Return the body of a member's request."""
    return Response(body)


@pytest.mark.parametrize(
    ("authorizer", "expected"),
    [
        ({"lambda": {"partner": "acme", "age": 3, "gone": None}}, {"partner": "acme"}),
        ({"lambda": None}, {}),
        ({"jwt": {"claims": {"partner": "acme"}}}, {}),
        (None, {}),
    ],
)
def test_authorizer_context_contains_only_text(authorizer: Any, expected: dict[str, str]) -> None:
    """The context of the Lambda authorizer is separate from the claims of a token."""
    event = request()
    event["requestContext"]["authorizer"] = authorizer

    assert call(context, event).body == expected


@pytest.mark.parametrize("text", ["", "{", "x" * 20_000])
def test_unauthorized_caller_is_refused_before_parsing(text: str) -> None:
    """The refusal names the authentication scheme, whatever the body is."""
    reply = call(members_only, request(text=text))

    assert (reply.status, reply.body["detail"], reply.headers["WWW-Authenticate"]) == (
        401,
        "members only",
        "Bearer",
    )


def test_authorized_caller_gets_the_response() -> None:
    """Authorization does not affect permitted callers."""
    event = request(body={"text": "a"})
    event["requestContext"]["authorizer"] = {"lambda": {"member": "yes"}}

    assert call(members_only, event).status == 200


@pytest.mark.parametrize("given", ["12345678", "x" * 128, "Root=1-67891233.abc_def"[5:]])
def test_well_formed_correlation_id_is_kept(given: str) -> None:
    """The response to a success or a refusal has the caller's id."""
    for event in (request(body={"text": "a"}), request(body={})):
        event["headers"]["x-correlation-id"] = given
        assert call(echo, event).headers["X-Correlation-Id"] == given


@pytest.mark.parametrize(
    "given", [None, "", "1234567", "x" * 129, "an id with spaces", "id\n12345678", "idé12345678"]
)
def test_malformed_correlation_id_is_replaced(given: str | None, log: Log) -> None:
    """Response and log have the same new id instead."""
    event = request(body={"text": "a"})
    event["headers"] |= {"x-correlation-id": given}
    if given is None:
        del event["headers"]["x-correlation-id"]

    first, second = (call(echo, event).headers["X-Correlation-Id"] for _ in range(2))

    assert [line["correlationId"] for line in log()] == [first, second]
    assert (first != second, len(first), first != given) == (True, 32, True)


def test_invocation_logs_one_line(log: Log) -> None:
    """The line has function, request, route, status and duration, and no content."""
    call(echo, request("POST /notes", body={"text": "secret of ada@example.org"}))

    (line,) = log()
    measured = {name: line.pop(name) for name in ("timestamp", "durationMs", "coldStart")}
    assert line == {
        "level": "INFO",
        "message": "invocation",
        "correlationId": CORRELATION_ID,
        "requestId": Context.aws_request_id,
        "function": "strata-test-function",
        "route": "POST /notes",
        "status": 200,
    }
    assert {name: type(value) for name, value in measured.items()} == {
        "timestamp": str,
        "durationMs": float,
        "coldStart": bool,
    }


def test_refusal_logs_its_type_but_not_its_detail(log: Log) -> None:
    """The detail may contain what the caller sent; the log has only the type."""
    call(echo, request(body={"ada@example.org": 1}))

    (line,) = log()
    assert (line["level"], line["status"], line["problem"]) == ("INFO", 400, "/problems/invalid-request")
    assert "ada" not in json.dumps(line)


def test_unexpected_error_is_logged_but_not_returned(log: Log) -> None:
    """The response has the correlation id; the log has the error and its traceback."""
    reply = call(fail, request(body={"text": "bug"}))

    (line,) = log()
    assert (reply.status, "hunter2" in json.dumps(reply.body)) == (500, False)
    assert reply.body["detail"] == f"something went wrong on our side; it is logged under {CORRELATION_ID}"
    assert (line["level"], line["status"], line["error"]) == ("ERROR", 500, "KeyError")
    assert line["traceback"].endswith("KeyError: 'hunter2'\n")


@pytest.mark.parametrize(("text", "status", "retry"), [("missing", 404, None), ("busy", 503, "1")])
def test_refusal_is_problem_details(text: str, status: int, retry: str | None) -> None:
    """A refusal is problem details, is never cached, and has `Retry-After` if it is temporary."""
    reply = call(fail, request(body={"text": text}))

    assert (reply.status, reply.headers.get("Retry-After")) == (status, retry)
    assert (reply.headers["Content-Type"], reply.headers["Cache-Control"]) == (
        "application/problem+json",
        "no-store",
    )


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"headers": None, "pathParameters": None, "queryStringParameters": None, "requestContext": None},
        {"requestContext": {"authorizer": None}},
        {"requestContext": {"authorizer": {"jwt": None, "lambda": {"x": "y"}}}},
    ],
)
def test_event_without_optional_fields_is_an_empty_request(event: dict[str, Any]) -> None:
    """The gateway omits empty fields, and some gateways send null."""
    assert call(echo, event).status == 400


def test_log_level_suppresses_lower_levels(monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
    """`LOG_LEVEL` is the lowest level that is written."""
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    call(echo, request(body={"text": "a"}))
    call(fail, request(body={"text": "bug"}))

    assert [line["level"] for line in log()] == ["ERROR"]


def test_response_to_head_has_no_body() -> None:
    """An operation behind a HEAD route responds with status and headers only (RFC 9110, 9.3.2)."""
    event = request("HEAD /notes", body={"text": "a"})
    event["requestContext"]["http"]["method"] = "HEAD"

    reply = call(echo, event)

    assert (reply.status, reply.body, reply.headers["Content-Type"]) == (200, None, "application/json")
