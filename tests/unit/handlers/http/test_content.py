"""The size and the media type of a body."""

from __future__ import annotations

import json
from typing import Annotated

import pytest

from handlers.http.operation import operation
from handlers.http.response import Response
from tests.unit.handlers.http.operations import Note, echo
from tests.unit.handlers.lambda_ import call, request


@operation(200, accepts=("text/plain",), limit=8)
def size(content: Annotated[bytes, Note]) -> Response[int]:
    """Return the number of bytes in the body."""
    return Response(len(content))


@pytest.mark.parametrize(("text", "status"), [("éé", 200), ("12345678", 200), ("123456789", 413), ("", 400)])
def test_raw_content_has_the_operation_s_limit(text: str, status: int) -> None:
    """An operation may take the raw body and set its maximum size."""
    reply = call(size, request(text=text, headers={"Content-Type": "text/plain"}))

    assert reply.status == status
    assert status != 200 or reply.body == len(text.encode())


@pytest.mark.parametrize(("size", "status"), [(16 * 1024, 200), (16 * 1024 + 1, 413), (200 * 1024, 413)])
def test_body_is_limited_to_16_kib(size: int, status: int) -> None:
    """The limit counts bytes and is checked before parsing."""
    text = json.dumps({"text": ""})

    assert call(echo, request(text=text[:-2] + "x" * (size - len(text)) + text[-2:])).status == status


def test_body_is_limited_in_bytes_not_characters() -> None:
    """A character of two bytes counts as two."""
    reply = call(echo, request(text=json.dumps({"text": "é" * 9_000}, ensure_ascii=False)))

    assert (reply.status, reply.body["detail"]) == (413, "the body has 18012 bytes; the limit is 16384")


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json; charset=utf8; charset=latin-1"},
        {"Content-Type": "application/jsonp"},
        {"Content-Type": "application/merge-patch+json"},
        {"Content-Encoding": "gzip"},
    ],
)
def test_unsupported_content_type_is_refused(headers: dict[str, str]) -> None:
    """A body that is not declared as uncompressed JSON in UTF-8 is not parsed."""
    reply = call(echo, request(text='{"text": "a"}', headers=headers))

    assert (reply.status, reply.body["detail"]) == (
        415,
        "expected application/json in UTF-8, not compressed",
    )


@pytest.mark.parametrize(
    "content_type",
    [
        "Application/JSON",
        "application/json;charset=utf-8",
        'application/json ; charset="UTF-8"; x=y',
        "application/json; charset=utf8",
        'application/json; Charset="UTF8"',
    ],
)
def test_content_type_is_parsed_by_the_standard(content_type: str) -> None:
    """Case, spaces, quotes and unknown parameters are ignored."""
    reply = call(echo, request(text='{"text": "a"}', headers={"Content-Type": content_type}))

    assert reply.status == 200
