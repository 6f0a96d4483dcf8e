"""Parsing of JSON bodies."""

from __future__ import annotations

import base64
from codecs import BOM_UTF16_LE, BOM_UTF32_BE
from typing import Any

import pytest
from msgspec import Struct, field

from handlers.http.operation import operation
from handlers.http.response import Response
from tests.unit.handlers.http.operations import Note, echo, faults
from tests.unit.handlers.lambda_ import call, request


class Square(Struct, tag_field="kind", tag="square", forbid_unknown_fields=True):
    side: int
    note: Note = field(default_factory=lambda: Note(""))


class Circle(Struct, tag_field="kind", tag="circle", forbid_unknown_fields=True):
    radius: int
    notes: list[Note] = []


@operation(200)
def draw(body: Square | Circle) -> Response[Square | Circle]:
    """Return the body, a square or a circle."""
    return Response(body)


class Contact(Struct):
    person: Note


@operation(200)
def register(body: Contact) -> Response[Contact]:
    """Return the known fields of the body."""
    return Response(body)


JSON = "expected well-formed JSON in UTF-8"
MARKED = "expected JSON in UTF-8 without a byte order mark (RFC 8259, 8.1)"


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
        ("null", "expected a JSON object"),
        ("[]", "expected a JSON object"),
        ('"text"', "expected a JSON object"),
        ("\ufeff{}", MARKED),
        ("\ufeff", MARKED),
    ],
)
def test_body_that_is_not_a_json_object_is_refused(text: str, detail: str) -> None:
    """The fault is the body itself, with the reason."""
    reply = call(echo, request(text=text))

    assert (reply.status, faults(reply)) == (400, [("", detail)])


def test_deepest_well_formed_body_is_a_fault_of_its_field() -> None:
    """A body within the size limit is never nested too deeply to be read."""
    reply = call(echo, request(text='{"text": ' + "[" * 8_000 + "]" * 8_000 + "}"))

    assert (reply.status, faults(reply)) == (400, [("/text", "expected str, got array")])


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        ("%%%", "the body cannot be decoded"),
        ("e30", "the body cannot be decoded"),
        ("/w==", JSON),
        *((base64.b64encode(mark + b"{}").decode(), MARKED) for mark in (BOM_UTF16_LE, BOM_UTF32_BE)),
    ],
)
def test_body_in_bad_base64_or_utf8_is_refused(content: str, detail: str) -> None:
    """A body that cannot be decoded is a fault of the request."""
    reply = call(echo, request(text=content, encoded=True))

    assert (reply.status, faults(reply)) == (400, [("", detail)])


def test_body_in_base64_is_decoded() -> None:
    """The gateway encodes bodies that it does not recognize as text."""
    text = base64.b64encode('{"text": "é"}'.encode()).decode()

    assert call(echo, request(text=text, encoded=True)).body == {"text": "é", "tags": []}


def test_fault_in_a_list_has_the_element_s_pointer() -> None:
    """The pointer of a fault in a list contains the element's index."""
    reply = call(echo, request(body={"text": "a", "tags": ["b", 3]}))

    assert faults(reply) == [("/tags/1", "expected str, got int")]


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "square", "side": 2, "note": {"text": "a", "tags": []}},
        {"kind": "circle", "radius": 1, "notes": [{"text": "a", "tags": ["b"]}]},
    ],
)
def test_tag_selects_the_body_s_struct(body: dict[str, Any]) -> None:
    """A body may be one of several structs, selected by its tag."""
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
def test_nested_fault_has_a_json_pointer(body: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Faults at any depth have a JSON pointer, and all faults of nested structs are reported."""
    assert faults(call(draw, request(body=body))) == expected


def test_struct_without_forbidden_fields_ignores_unknown_ones() -> None:
    """Each struct decides whether unknown fields are faults."""
    reply = call(register, request(body={"date": 1, "person": {"text": "a"}}))
    refused = call(register, request(body={"date": 1, "person": {"text": "a", "date": 1}}))

    assert reply.body == {"person": {"text": "a", "tags": []}}
    assert faults(refused) == [("/person/date", "unknown; expected one of text, tags")]


def test_number_of_reported_faults_is_limited() -> None:
    """A response reports at most 20 faults."""
    reply = call(echo, request(body={f"x{number}": number for number in range(1_000)}))

    assert len(reply.body["errors"]) == 20
