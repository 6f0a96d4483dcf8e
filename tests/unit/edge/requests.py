"""Viewer requests as CloudFront passes them to a function."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.front_door.functions import EdgeFunction

EDGE = Path(__file__).parents[3] / "edge"


def function(name: str, keys: Mapping[str, str] | None = None) -> EdgeFunction:
    """Return the function in a file of `edge/`, with the keys of its key-value store."""
    return EdgeFunction((EDGE / name).read_text(), dict(keys or {}).get)


def viewer_request(
    method: str,
    uri: str,
    headers: Mapping[str, str],
    cookies: Mapping[str, str] | None = None,
    repeated: tuple[str, ...] = (),
    query: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the event of a request; a header in `repeated` was sent twice."""
    sent: dict[str, Any] = {name.lower(): {"value": text} for name, text in headers.items()}
    for name in repeated:
        sent[name]["multiValue"] = [{"value": "cross-site"}, {"value": sent[name]["value"]}]
    request = {
        "method": method,
        "uri": uri,
        "querystring": dict(query or {}),
        "headers": sent,
        "cookies": {name: {"value": text} for name, text in (cookies or {}).items()},
    }
    context = {"eventType": "viewer-request"}
    return {"version": "1.0", "context": context, "viewer": {"ip": "192.0.2.1"}, "request": request}
