"""The emulator's extension that moves cookies out of the headers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from ministack.services import apigateway, lambda_svc

from local.emulator.extensions.cookies import with_cookies

emulated: Any = apigateway


def invoked(monkeypatch: pytest.MonkeyPatch, cookie: str) -> tuple[Any, Any]:
    """Return the event that the emulator itself makes of a request, and the headers of its response."""
    events: list[Any] = []

    async def run(_function: Any, _record: Any, event: Any, **_: Any) -> None:
        events.append(event)

    returned = {"statusCode": 204, "cookies": ["a=1; Path=/", "b=2; Path=/"]}
    monkeypatch.setattr(emulated, "run_reentrant", run)
    monkeypatch.setattr(lambda_svc, "_get_func_record_for_ref_in_scope", lambda *_, **__: ({}, {}, "f"))
    monkeypatch.setattr(lambda_svc, "_execution_record_for_config", lambda *_: {})
    monkeypatch.setattr(lambda_svc, "lambda_execute_result_to_api_proxy_response", lambda _: (returned, None))
    call = emulated._invoke_lambda_proxy(
        {"integrationUri": "f"}, "api", "api", "/api/x", "GET", {"cookie": cookie, "host": "x"}, b"", {}
    )
    _, headers, _ = asyncio.run(call)
    return events[0], headers


def test_event_of_the_emulator_gets_cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulator leaves them in the header; the extension moves each one, as `name=value`."""
    event, _ = invoked(monkeypatch, "a=1; b=2=3;c=; ;\x85d=4")
    assert "cookies" not in event
    assert "cookie" in event["headers"]

    changed = with_cookies(event)

    assert changed["cookies"] == ["a=1", "b=2=3", "c=", "\x85d=4"]
    assert changed["headers"] == {"host": "x"}
    assert {**changed, "headers": event["headers"]} == {**event, "cookies": changed["cookies"]}


def test_emulator_sends_each_cookie_of_a_response(monkeypatch: pytest.MonkeyPatch) -> None:
    """This needs no extension: a list becomes one Set-Cookie for each entry."""
    _, headers = invoked(monkeypatch, "a=1")

    assert headers["Set-Cookie"] == ["a=1; Path=/", "b=2; Path=/"]


@pytest.mark.parametrize(
    "value",
    [
        {"version": "2.0", "headers": {"host": "x"}},
        {"version": "2.0", "headers": None},
        {"version": "1.0", "headers": {"cookie": "a=1"}},
        {"headers": {"cookie": "a=1"}},
        "text",
        None,
    ],
)
def test_anything_else_is_unchanged(value: Any) -> None:
    """An event of another format keeps the header, as on AWS."""
    assert with_cookies(value) is value
