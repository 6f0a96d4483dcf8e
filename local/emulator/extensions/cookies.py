"""Cookies of a request as an HTTP API passes them to a function: in `cookies`, and not in `headers`.

The emulator leaves them in `headers`. Source:
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

from typing import Any, cast

from ministack.services import apigateway

from local.emulator.extensions.patch import replace

gateway: Any = apigateway
"""Typed as Any: the emulator is untyped."""

FORMAT = "2.0"
"""The version of the payload's format that has `cookies`."""

BLANKS = " \t"
"""The whitespace around a cookie; a blank of Unicode belongs to its name."""

_run = gateway.run_reentrant


def install() -> None:
    """Replace the call by which the emulator's API Gateway invokes functions."""
    replace(gateway, "run_reentrant", run)


async def run(function: Any, *arguments: Any, **named: Any) -> Any:
    """Call the emulator's function; an event among the arguments gets `cookies`."""
    return await _run(function, *map(with_cookies, arguments), **named)


def with_cookies(value: Any) -> Any:
    """Return an event of an HTTP API with its cookies in `cookies`; anything else unchanged."""
    if not isinstance(value, dict):
        return value
    event = cast("dict[str, Any]", value)
    headers: dict[str, str] = event.get("headers") or {}
    if event.get("version") != FORMAT or "cookie" not in headers:
        return event
    cookies = [found for cookie in headers["cookie"].split(";") if (found := cookie.strip(BLANKS))]
    others = {name: text for name, text in headers.items() if name != "cookie"}
    return {**event, "headers": others, "cookies": cookies}
