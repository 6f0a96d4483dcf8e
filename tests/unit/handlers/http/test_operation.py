"""Operations: what every answer has in common, and what every bad request meets."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import Struct

from handlers.http.answer import Answer
from handlers.http.operation import operation
from handlers.kit.errors import NotFound, Unavailable
from tests.unit.handlers.lambda_ import CORRELATION_ID, Context, Reply, call, request

Log = Callable[[], list[dict[str, Any]]]


class Note(Struct, forbid_unknown_fields=True):
    text: str
    tags: list[str] = []


@operation(200)
def echo(body: Note) -> Answer[Note]:
    """Answer what was sent."""
    return Answer(body)


@operation(200, refuses=(NotFound, Unavailable))
def fail(body: Note) -> Answer[Note]:
    """Fail as told."""
    raise {"missing": NotFound("no"), "busy": Unavailable("wait"), "bug": KeyError("hunter2")}[body.text]


def faults(reply: Reply) -> list[tuple[str, str]]:
    return [(error["field"], error["detail"]) for error in reply.body["errors"]]


JSON = "expected well-formed JSON in UTF-8"


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "a body is expected"),
        (" ", JSON),
        ("{", JSON),
        ('{"text": "a"} {}', JSON),
        ("{'text': 'a'}", JSON),
        ('{"text": NaN}', JSON),
        ('{"text": Infinity}', JSON),
        ('{"text": 1e999}', JSON),
        ('{"text": ' + "9" * 5000 + "}", JSON),
        ('{"text": "\\ud800"}', JSON),
        ('{"text": "\x00"}', JSON),
        ("\ud800", "the body cannot be decoded"),
        ("[" * 16_000, JSON),
        ('{"text":' * 2_000, JSON),
        ('{"text": ' + "[" * 5_000 + "]" * 5_000 + "}", JSON),
        ("null", "expected a JSON object"),
        ("[]", "expected a JSON object"),
        ('"text"', "expected a JSON object"),
        ("\ufeff{}", JSON),
    ],
)
def test_body_that_is_no_json_object_is_refused(text: str, detail: str) -> None:
    """Whatever stands there, the caller is told that it cannot be read."""
    reply = call(echo, request(text=text))

    assert (reply.status, faults(reply)) == (400, [("", detail)])


@pytest.mark.parametrize(
    ("content", "detail"),
    [("%%%", "the body cannot be decoded"), ("e30", "the body cannot be decoded"), ("/w==", JSON)],
)
def test_body_in_bad_base64_or_utf8_is_refused(content: str, detail: str) -> None:
    """A body that arrives in base64 may be broken in ways of its own."""
    reply = call(echo, request(text=content, encoded=True))

    assert (reply.status, faults(reply)) == (400, [("", detail)])


def test_body_in_base64_is_read() -> None:
    """The gateway encodes what it does not know for text."""
    text = base64.b64encode('{"text": "é"}'.encode()).decode()

    assert call(echo, request(text=text, encoded=True)).body == {"text": "é", "tags": []}


def test_fault_inside_a_field_is_named_by_the_field() -> None:
    """The fault of a list's element names the list, and then the place in it."""
    reply = call(echo, request(body={"text": "a", "tags": ["b", 3]}))

    assert faults(reply) == [("/tags", "expected str, got int - at $[1]")]


def test_not_all_of_countless_faults_are_told() -> None:
    """A body of nothing but mistakes does not make an answer longer than itself."""
    reply = call(echo, request(body={f"x{number}": number for number in range(1_000)}))

    assert len(reply.body["errors"]) == 20


@pytest.mark.parametrize(("size", "status"), [(16 * 1024, 200), (16 * 1024 + 1, 413), (200 * 1024, 413)])
def test_body_is_limited_to_16_kib(size: int, status: int) -> None:
    """The limit counts bytes, and comes before anything is read."""
    text = json.dumps({"text": ""})

    assert call(echo, request(text=text[:-2] + "x" * (size - len(text)) + text[-2:])).status == status


def test_body_is_limited_in_bytes_not_characters() -> None:
    """Two bytes are two, though they be one letter."""
    reply = call(echo, request(text=json.dumps({"text": "é" * 9_000}, ensure_ascii=False)))

    assert (reply.status, reply.body["detail"]) == (413, "the body has 18012 bytes; at most 16384 are taken")


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/jsonp"},
        {"Content-Type": "application/merge-patch+json"},
        {"Content-Encoding": "gzip"},
    ],
)
def test_body_of_another_kind_is_refused(headers: dict[str, str]) -> None:
    """What is not said to be JSON in UTF-8 is not read as JSON."""
    reply = call(echo, request(text='{"text": "a"}', headers=headers))

    assert (reply.status, reply.body["detail"]) == (
        415,
        "expected application/json in UTF-8, not compressed",
    )


@pytest.mark.parametrize(
    "content_type",
    ["Application/JSON", "application/json;charset=utf-8", 'application/json ; charset="UTF-8"; x=y'],
)
def test_content_type_is_read_as_the_standard_writes_it(content_type: str) -> None:
    """Case, spaces, quotes and unknown parameters make no difference."""
    reply = call(echo, request(text='{"text": "a"}', headers={"Content-Type": content_type}))

    assert reply.status == 200


@pytest.mark.parametrize("given", ["12345678", "x" * 128, "Root=1-67891233.abc_def"[5:]])
def test_well_formed_correlation_id_is_kept(given: str) -> None:
    """The caller's id comes back, on successes and on refusals."""
    for event in (request(body={"text": "a"}), request(body={})):
        event["headers"]["x-correlation-id"] = given
        assert call(echo, event).headers["X-Correlation-Id"] == given


@pytest.mark.parametrize(
    "given", [None, "", "1234567", "x" * 129, "an id with spaces", "id\n12345678", "idé12345678"]
)
def test_other_correlation_id_is_replaced(given: str | None, log: Log) -> None:
    """An id that could spoil a log line is not taken; the new one stands in answer and log."""
    event = request(body={"text": "a"})
    event["headers"] |= {"x-correlation-id": given}
    if given is None:
        del event["headers"]["x-correlation-id"]

    first, second = (call(echo, event).headers["X-Correlation-Id"] for _ in range(2))

    assert [line["correlationId"] for line in log()] == [first, second]
    assert (first != second, len(first), first != given) == (True, 32, True)


def test_invocation_logs_one_line(log: Log) -> None:
    """The line says which function did what for which request, how it ended, and how long it took."""
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


def test_refusal_logs_its_kind_and_not_its_words(log: Log) -> None:
    """What was wrong may hold what was sent; the log has the kind alone."""
    call(echo, request(body={"ada@example.org": 1}))

    (line,) = log()
    assert (line["level"], line["status"], line["problem"]) == ("INFO", 400, "/problems/invalid-request")
    assert "ada" not in json.dumps(line)


def test_unexpected_error_is_logged_and_not_told(log: Log) -> None:
    """The caller learns where to look it up; we learn what it was."""
    reply = call(fail, request(body={"text": "bug"}))

    (line,) = log()
    assert (reply.status, "hunter2" in json.dumps(reply.body)) == (500, False)
    assert reply.body["detail"] == f"something went wrong on our side; it is logged under {CORRELATION_ID}"
    assert (line["level"], line["status"], line["error"]) == ("ERROR", 500, "KeyError")
    assert line["traceback"].endswith("KeyError: 'hunter2'\n")


@pytest.mark.parametrize(("text", "status", "retry"), [("missing", 404, None), ("busy", 503, "1")])
def test_refusal_is_a_problem(text: str, status: int, retry: str | None) -> None:
    """Every refusal is problem details, never cached, and says when to come back if it may help."""
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
def test_bare_event_is_a_request_without_anything(event: dict[str, Any]) -> None:
    """The gateway leaves out what is empty, and other gateways send null."""
    assert call(echo, event).status == 400


def test_log_level_keeps_lesser_lines_back(monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
    """`LOG_LEVEL` is the least grave level that is written."""
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    call(echo, request(body={"text": "a"}))
    call(fail, request(body={"text": "bug"}))

    assert [line["level"] for line in log()] == ["ERROR"]
