"""GET /openapi.json and GET /health."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers.health.read import handler as health
from handlers.openapi import read
from tests.unit.handlers.lambda_ import call, request


@pytest.fixture(autouse=True)
def clear_cache() -> Iterator[None]:
    read._document.cache_clear()
    yield
    read._document.cache_clear()


def test_packaged_document_is_returned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The response is the file beside the module."""
    document = tmp_path / "openapi.json"
    document.write_text('{"openapi": "3.1.0", "paths": {}}')
    monkeypatch.setattr(read, "DOCUMENT", document)

    reply = call(read.handler, request("GET /openapi.json"))

    assert (reply.status, reply.headers["Content-Type"], reply.body) == (
        200,
        "application/json",
        {"openapi": "3.1.0", "paths": {}},
    )


def test_missing_document_is_an_internal_error(log: Callable[[], list[dict[str, Any]]]) -> None:
    """The response is 500, and the log has the missing path."""
    reply = call(read.handler, request("GET /openapi.json"))

    (line,) = log()
    assert (reply.status, line["error"]) == (500, "DocumentMissingError")
    assert f"{read.DOCUMENT} is not in the bundle: package it with the function" in line["traceback"]


def test_health_returns_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version is the `VERSION` variable."""
    monkeypatch.setenv("VERSION", "1.2.3")

    assert call(health, request("GET /health"))[::2] == (200, {"status": "ok", "version": "1.2.3"})


def test_health_without_version_is_an_internal_error(
    monkeypatch: pytest.MonkeyPatch, log: Callable[[], list[dict[str, Any]]]
) -> None:
    """The log has the name of the missing variable."""
    monkeypatch.delenv("VERSION", raising=False)

    reply = call(health, request("GET /health"))

    (line,) = log()
    assert (reply.status, line["error"]) == (500, "MissingVariableError")
    assert "VERSION is not set: the function's wiring must set it" in line["traceback"]
