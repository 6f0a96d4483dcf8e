"""Operations: what every answer has in common, and what every bad request meets."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import pytest
from msgspec import Struct, field

from handlers.http.operation import operation
from handlers.http.request import Request
from handlers.http.response import Response
from handlers.kit.errors import NotFound, Unauthorized, Unavailable
from tests.unit.handlers.lambda_ import CORRELATION_ID, Context, Reply, call, request

Log = Callable[[], list[dict[str, Any]]]


class Note(Struct, forbid_unknown_fields=True):
    text: str
    tags: list[str] = []


@operation(200)
def echo(body: Note) -> Response[Note]:
    """Answer what was sent."""
    return Response(body)


@operation(200, raises=(NotFound, Unavailable))
def fail(body: Note) -> Response[Note]:
    """Fail as told."""
    raise {"missing": NotFound("no"), "busy": Unavailable("wait"), "bug": KeyError("hunter2")}[body.text]


class Square(Struct, tag_field="kind", tag="square", forbid_unknown_fields=True):
    side: int
    note: Note = field(default_factory=lambda: Note(""))


class Circle(Struct, tag_field="kind", tag="circle", forbid_unknown_fields=True):
    radius: int
    notes: list[Note] = []


@operation(200)
def draw(body: Square | Circle) -> Response[Square | Circle]:
    """Answer what was sent, whichever it was."""
    return Response(body)


class Letter(Struct):
    sender: Note


@operation(200)
def sort(body: Letter) -> Response[Letter]:
    """Answer what is known of what was sent."""
    return Response(body)


@operation(200, accepts=("text/plain",), limit=8)
def weigh(content: Annotated[bytes, Note]) -> Response[int]:
    """Answer how many bytes were sent."""
    return Response(len(content))


@operation(200)
def tell(authorizer: Mapping[str, str]) -> Response[dict[str, str]]:
    """Answer what the gateway says of the caller."""
    return Response(dict(authorizer))


def members(request: Request) -> None:
    if request.authorizer.get("member") != "yes":
        raise Unauthorized("members only")


@operation(200, authorize=members)
def club(body: Note) -> Response[Note]:
    """Answer what a member sent."""
    return Response(body)


def faults(reply: Reply) -> list[tuple[str, str]]:
    return [(error["field"], error["detail"]) for error in reply.body["errors"]]


JSON = "expected well-formed JSON in UTF-8"


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "expected a body"),
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
    """The fault of a list's element is named by where the element is."""
    reply = call(echo, request(body={"text": "a", "tags": ["b", 3]}))

    assert faults(reply) == [("/tags/1", "expected str, got int")]


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "square", "side": 2, "note": {"text": "a", "tags": []}},
        {"kind": "circle", "radius": 1, "notes": [{"text": "a", "tags": ["b"]}]},
    ],
)
def test_body_is_of_the_kind_that_its_tag_says(body: dict[str, Any]) -> None:
    """One operation may take one of several, told apart by a field."""
    assert call(draw, request(body=body)).body == body


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("/kind", "missing")]),
        ({"kind": "line"}, [("/kind", "expected one of square, circle")]),
        ({"kind": ["square"]}, [("/kind", "expected one of square, circle")]),
        ({"kind": None, "side": "x"}, [("/kind", "expected one of square, circle")]),
        (
            {"kind": "square", "radius": 1},
            [("/radius", "unknown; expected one of side, note"), ("/side", "missing")],
        ),
        (
            {"kind": "square", "side": "2", "note": {"text": 1, "a/b": 2}},
            [
                ("/side", "expected int, got str"),
                ("/note/a~1b", "unknown; expected one of text, tags"),
                ("/note/text", "expected str, got int"),
            ],
        ),
        (
            {"kind": "square", "side": 2, "note": {"tags": {}}},
            [("/note/text", "missing"), ("/note/tags", "expected array, got object")],
        ),
        ({"kind": "square", "side": 2, "note": 3}, [("/note", "expected object, got int")]),
        ({"kind": "circle", "radius": 2, "notes": [{"text": ""}, {}]}, [("/notes/1/text", "missing")]),
        ({"kind": "circle", "radius": 2, "notes": [{"x/y": 1}]}, [("/notes/0/x~1y", "unknown")]),
        (
            {"kind": "circle", "radius": 2, "notes": [{"text": "", "tags": [1]}]},
            [("/notes/0/tags/0", "expected str, got int")],
        ),
    ],
)
def test_fault_within_is_named_by_a_pointer(body: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """However deep a fault lies, a JSON pointer leads to it; those of structs are told all together."""
    assert faults(call(draw, request(body=body))) == expected


def test_shape_that_forbids_nothing_passes_over_what_it_does_not_know() -> None:
    """Others may say more than we ask; each struct decides for itself."""
    reply = call(sort, request(body={"date": 1, "sender": {"text": "a"}}))
    refused = call(sort, request(body={"date": 1, "sender": {"text": "a", "date": 1}}))

    assert reply.body == {"sender": {"text": "a", "tags": []}}
    assert faults(refused) == [("/sender/date", "unknown; expected one of text, tags")]


@pytest.mark.parametrize(("text", "status"), [("éé", 200), ("12345678", 200), ("123456789", 413), ("", 400)])
def test_raw_content_is_given_as_it_is_within_its_own_limit(text: str, status: int) -> None:
    """An operation may read the body itself, and say how much of it it takes."""
    reply = call(weigh, request(text=text, headers={"Content-Type": "text/plain"}))

    assert reply.status == status
    assert status != 200 or reply.body == len(text.encode())


@pytest.mark.parametrize(
    ("authorizer", "told"),
    [
        ({"lambda": {"partner": "acme", "age": 3, "gone": None}}, {"partner": "acme"}),
        ({"lambda": None}, {}),
        ({"jwt": {"claims": {"partner": "acme"}}}, {}),
        (None, {}),
    ],
)
def test_authorizer_s_words_are_given_as_text(authorizer: Any, told: dict[str, str]) -> None:
    """What the route's own authorizer says of the caller is kept apart from a token's claims."""
    event = request()
    event["requestContext"]["authorizer"] = authorizer

    assert call(tell, event).body == told


@pytest.mark.parametrize("text", ["", "{", "x" * 20_000])
def test_caller_who_is_not_admitted_learns_nothing_else(text: str) -> None:
    """Admission comes before the body is looked at, and the refusal says how to prove oneself."""
    reply = call(club, request(text=text))

    assert (reply.status, reply.body["detail"], reply.headers["WWW-Authenticate"]) == (
        401,
        "members only",
        "Bearer",
    )


def test_caller_who_is_admitted_is_served() -> None:
    """Admission changes nothing for those who are let in."""
    event = request(body={"text": "a"})
    event["requestContext"]["authorizer"] = {"lambda": {"member": "yes"}}

    assert call(club, event).status == 200


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

    assert (reply.status, reply.body["detail"]) == (413, "the body has 18012 bytes; the limit is 16384")


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
