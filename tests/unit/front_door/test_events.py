"""Events of CloudFront Functions, and what a function returns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from multidict import CIMultiDict

from local.front_door.events import Generated, changed_request, generated, request_event, response_event
from local.front_door.functions import EdgeFunction, EdgeFunctionError
from local.front_door.viewer import Viewer

CONTEXT = {"eventType": "viewer-request"}

SENT = Viewer(
    "GET",
    "/a%20b",
    "x=1&x=2&flag&y=a%2Bb",
    CIMultiDict(
        [
            ("Host", "localhost:8080"),
            ("Accept", "a/b"),
            ("X-Twice", "1"),
            ("X-Twice", "2"),
            ("Cookie", "session=1; theme=dark"),
            ("Cookie", "session=2"),
            ("X-Forwarded-Proto", "https"),
        ]
    ),
    "127.0.0.1",
)


def returned(body: str, sent: Viewer = SENT) -> Viewer | Generated:
    """Return what a function with the body makes of a request."""
    function = EdgeFunction(f"function handler(event) {{ const request = event.request; {body} }}", {}.get)
    event = request_event(sent, CONTEXT)
    return changed_request(sent, event, function.run(event))


def test_event_of_a_request() -> None:
    """It has CloudFront's structure: repeated names have all values, and cookies their own place."""
    assert request_event(SENT, CONTEXT) == {
        "version": "1.0",
        "context": CONTEXT,
        "viewer": {"ip": "127.0.0.1"},
        "request": {
            "method": "GET",
            "uri": "/a%20b",
            "querystring": {
                "x": {"value": "1", "multiValue": [{"value": "1"}, {"value": "2"}]},
                "flag": {"value": ""},
                "y": {"value": "a%2Bb"},
            },
            "headers": {
                "host": {"value": "localhost:8080"},
                "accept": {"value": "a/b"},
                "x-twice": {"value": "1", "multiValue": [{"value": "1"}, {"value": "2"}]},
            },
            "cookies": {
                "session": {"value": "1", "multiValue": [{"value": "1"}, {"value": "2"}]},
                "theme": {"value": "dark"},
            },
        },
    }


def test_blank_of_unicode_belongs_to_a_cookie_s_name() -> None:
    """Removed, it would make the name one that browsers accept from this site only."""
    sent = replace(SENT, headers=CIMultiDict([("Cookie", "\u2000__Host-a=1;\tb=2 ; ")]))

    assert sent.cookies == [("\u2000__Host-a", "1"), ("b", "2")]


def test_unchanged_request_stays_as_it_was_sent() -> None:
    """The path and the query keep their encoding."""
    found = returned("return request;")
    assert isinstance(found, Viewer)
    assert (found.path, found.query, found.cookies) == (
        "/a%20b",
        SENT.query,
        [*SENT.cookies[:1], ("session", "2"), ("theme", "dark")],
    )
    assert found.headers.getall("X-Twice") == ["1", "2"]
    assert found.headers["X-Forwarded-Proto"] == "https"


def test_function_changes_path_query_headers_and_cookies() -> None:
    """All but the method and the read-only headers."""
    found = returned(
        """
        request.uri = '/new path?é';
        request.querystring = { z: { value: '9' } };
        request.headers.authorization = { value: 'Bearer ' + request.cookies.theme.value };
        delete request.headers.accept;
        delete request.cookies.session;
        return request;
        """
    )
    assert isinstance(found, Viewer)
    assert (found.method, found.path, found.query) == ("GET", "/new%20path%3F%C3%A9", "z=9")
    assert found.headers["Authorization"] == "Bearer dark"
    assert ("Accept" in found.headers, found.headers["Cookie"]) == (False, "theme=dark")


def test_function_removes_all_cookies() -> None:
    """Then no cookie reaches the origin."""
    found = returned("request.cookies = {}; return request;")
    assert isinstance(found, Viewer)
    assert "Cookie" not in found.headers


def test_query_may_be_text() -> None:
    """A function may return the query as it is in the URL."""
    found = returned("request.querystring = 'a=1'; return request;")
    assert isinstance(found, Viewer)
    assert found.query == "a=1"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("delete request.headers.host; return request;", "the header host cannot be changed"),
        ("request.headers.host = { value: 'evil' }; return request;", "the header host cannot be changed"),
        ("request.headers.via = { value: 'x' }; return request;", "the header via cannot be changed"),
        ("request.headers['x y'] = { value: '1' }; return request;", "character that HTTP does not allow"),
        (
            "request.headers.x = { value: 'a\\r\\nb: c' }; return request;",
            "character that HTTP does not allow",
        ),
        ("request.headers.x = 'text'; return request;", "expected an object with a value as x"),
        ("request.headers = []; return request;", "expected an object with names and values"),
        ("request.uri = 'https://evil/'; return request;", "expected a uri that starts with /"),
        ("return { statusCode: '200' };", "expected an HTTP status as statusCode, found '200'"),
        (
            "return { statusCode: 200, headers: { 'Transfer-Encoding': { value: 'chunked' } } };",
            "the header Transfer-Encoding cannot be added",
        ),
        ("return { statusCode: 99 };", "expected an HTTP status as statusCode, found 99"),
        ("return { statusCode: 200, body: { data: '*', encoding: 'base64' } };", "expected text, or data"),
        ("return { statusCode: 200, body: 5 };", "expected text, or data"),
    ],
)
def test_invalid_result_is_refused(body: str, reason: str) -> None:
    """A result that CloudFront does not accept."""
    with pytest.raises(EdgeFunctionError, match=reason):
        returned(body)


def test_function_generates_a_response() -> None:
    """Status, headers, cookies with attributes, and a body."""
    found = returned(
        """
        return {
          statusCode: 302,
          headers: { location: { value: '/there' } },
          cookies: { a: { value: '1', attributes: 'Path=/; Secure' }, b: { value: '2' } },
          body: 'é',
        };
        """
    )
    assert isinstance(found, Generated)
    assert (found.status, found.headers["Location"], found.body) == (302, "/there", "é".encode())
    assert found.headers.getall("Set-Cookie") == ["a=1; Path=/; Secure", "b=2"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, None),
        ({"data": "text", "encoding": "text"}, b"text"),
        ({"data": "AAE=", "encoding": "base64"}, b"\0\1"),
    ],
)
def test_generated_body(body: Any, expected: bytes | None) -> None:
    """A body is text, data with its encoding, or missing."""
    assert generated({"statusCode": 200, "body": body}).body == expected


def test_event_of_a_response() -> None:
    """Cookies have their attributes, and `generated` returns the same headers."""
    headers = CIMultiDict(
        [
            ("Content-Type", "text/html"),
            ("Set-Cookie", "a=1; Path=/"),
            ("Set-Cookie", "a=2"),
            ("Set-Cookie", "b=3"),
        ]
    )
    event = response_event(SENT, {"eventType": "viewer-response"}, 404, headers)
    assert event["response"] == {
        "statusCode": 404,
        "statusDescription": "Not Found",
        "headers": {"content-type": {"value": "text/html"}},
        "cookies": {
            "a": {
                "value": "1",
                "attributes": "Path=/",
                "multiValue": [{"value": "1", "attributes": "Path=/"}, {"value": "2", "attributes": ""}],
            },
            "b": {"value": "3", "attributes": ""},
        },
    }
    assert event["request"]["uri"] == "/a%20b"
    assert sorted(generated(event["response"]).headers.items()) == sorted(
        (name if name == "Set-Cookie" else name.lower(), value) for name, value in headers.items()
    )
