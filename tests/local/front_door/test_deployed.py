"""What the front door reads: the stack's outputs, and the emulator's process record."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from local.front_door.deployed import Deployed
from local.front_door.proxy import Proxy
from local.machine.ports import free_port
from provider.cloud import Cloud
from tests.local.front_door.deployment import Site
from tests.unit.front_door.distribution import cached_behavior, config

NOTHING = (503, "5", "Nothing is deployed yet: run make up.")


def response(outputs: Path, path: str = "/api/health", before: Callable[[], None] = lambda: None) -> Any:
    """Return the status, Retry-After and the detail or text of a response, after `before` ran."""

    async def run() -> Any:
        port = free_port()
        async with (
            Proxy(lambda session: Deployed(outputs, session)).listening(port),
            aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
        ):
            await asyncio.to_thread(before)
            async with session.get(path) as found:
                text = await found.text()
                problem = found.content_type == "application/problem+json"
                detail = json.loads(text)["detail"] if problem else text
                return found.status, found.headers.get("Retry-After"), detail

    return asyncio.run(run())


@pytest.mark.parametrize("content", [None, "{", "[]", "{}", '{"apiUrl": 5}', "", '{"distributionId": 5}'])
@pytest.mark.parametrize("path", ["/api/health", "/ws", "/"])
def test_request_before_a_deployment_returns_503(tmp_path: Path, path: str, content: str | None) -> None:
    """Without usable outputs, the error states what to run and when to retry."""
    outputs = tmp_path / "outputs.json"
    if content is not None:
        outputs.write_text(content)
    assert response(outputs, path) == NOTHING


def test_distribution_without_an_emulator_returns_503(tmp_path: Path) -> None:
    """The emulator never ran, or does not run now."""
    outputs, record = tmp_path / "outputs.json", tmp_path / "emulator.json"
    outputs.write_text('{"distributionId": "E1"}')
    assert response(outputs) == NOTHING
    record.write_text(json.dumps({"port": free_port()}))
    status, retry, detail = response(outputs)
    assert (status, retry) == (503, "5")
    assert detail.startswith(
        "The front door cannot read the distribution: Could not connect to the endpoint URL"
    )


def test_emulator_on_another_port_is_found(cloud: Cloud, tmp_path: Path) -> None:
    """The emulator's record is read again when it changes."""
    site = Site(cloud, tmp_path)
    site.put("a.txt", b"text", "text/plain", "max-age=60")
    site.deploy(config([site.bucket()], [cached_behavior("app")]))
    site.allow()
    record = tmp_path / "emulator.json"
    alive = record.read_text()
    record.write_text(json.dumps({"port": free_port()}))
    assert response(site.outputs, "/a.txt", lambda: record.write_text(alive) and None) == (200, None, "text")


def test_unreadable_outputs_return_500(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """If the outputs file is a folder, the response is 500, and the log states the reason in one line."""
    (tmp_path / "outputs.json").mkdir()
    assert response(tmp_path / "outputs.json")[0] == 500
    assert [(record.exc_info, "Is a directory" in record.message) for record in caplog.records] == [
        (None, True)
    ]
