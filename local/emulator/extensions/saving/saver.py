"""When the emulator saves its data, and the request that makes it save."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import persistence

from local.emulator.checkpoint import Checkpoint
from local.emulator.extensions.patch import private, replace
from local.emulator.extensions.saving import streams
from local.emulator.extensions.saving.fork import Child, fork
from local.emulator.extensions.saving.writer import Writer
from local.emulator.saved_state import RECORDS
from local.emulator.saving import PATH

INTERVAL = 2.0
"""Seconds between two saves, while there are changes."""

IDLE_INTERVAL = 60.0
"""Seconds between two saves without a request, because timers change data too; an equal state is not kept."""

SHARE = 0.25
"""The greatest part of the time in which the emulator saves: a save that takes long delays the next one."""

TIMEOUT = 120.0
"""Seconds after which a save has failed."""

UNCHANGING = ("/_ministack/health", PATH)

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]

log = logging.getLogger("saving")


@dataclass
class Saver:
    """Saves the data of this process.

    Attributes:
        checkpoint: where it is saved.
        outcome: the fields of `local.emulator.saving.Outcome`; empty before the first save.
    """

    checkpoint: Checkpoint
    outcome: dict[str, Any] = field(default_factory=dict[str, Any])
    _changed: bool = False
    _last: float = field(default_factory=time.monotonic)
    _seconds: float = 0.0
    _child: Child | None = None
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "saving"))

    def changed(self) -> None:
        """Record that the data may have changed."""
        self._changed = True

    async def run(self) -> None:
        """Save after changes, until the process ends."""
        while True:
            await asyncio.sleep(INTERVAL / 4)
            if self._is_due():
                await self.save()

    async def save(self, *, apart: bool = False) -> dict[str, Any]:
        """Save now, and return the outcome."""
        async with self._busy:
            self._changed, started = False, time.monotonic()
            try:
                self._child = self._fork(apart=apart)
                loop = asyncio.get_running_loop()
                result = await loop.run_in_executor(self._thread, self._child.result, TIMEOUT)
            except OSError as error:
                result = _failed(str(error))
            self._finish(result)
            self._last, self._seconds = time.monotonic(), time.monotonic() - started
        return self.outcome

    def save_at_stop(self) -> None:
        """Save when the emulator does not serve any more."""
        try:
            result = self._fork(apart=True).result(TIMEOUT)
        except OSError as error:
            result = _failed(str(error))
        self._finish(result)
        if result["error"] is None:
            self.checkpoint.unsaved.unlink(missing_ok=True)

    def _is_due(self) -> bool:
        passed = time.monotonic() - self._last
        return passed > (max(INTERVAL, self._seconds / SHARE) if self._changed else IDLE_INTERVAL)

    def _fork(self, *, apart: bool) -> Child:
        """Start a save of the current moment."""
        damaged = self.checkpoint.damaged_record()
        if damaged:
            raise OSError(f"{damaged}: is damaged: run make up to restore the last saved state")
        records = {name: path.read_bytes() for name in RECORDS if (path := self._record(name)).exists()}
        writer = Writer(self.checkpoint, records, apart, time.time())

        def work() -> dict[str, Any]:
            try:
                return {"folder": writer.write().name, "error": None, "skipped": writer.skipped}
            except OSError as error:
                return _failed(f"{error.filename or self.checkpoint.saved}: {error.strerror or error}")

        return fork(work)

    def _record(self, name: str) -> Path:
        return self.checkpoint.directory / name

    def _finish(self, result: dict[str, Any]) -> None:
        # Consumers and timers go on after the last request: save until nothing differs.
        self._changed |= result["error"] is not None or result["folder"] != self.outcome.get("folder")
        self.outcome = {**result, "at": time.time()}
        if result["error"]:
            log.error("the data could not be saved: %s", result["error"])
        for service, problem in result["skipped"].items():
            log.error("the data of %s could not be saved: %s", service, problem)


def _failed(error: str) -> dict[str, Any]:
    return {"folder": None, "error": error, "skipped": {}}


def install() -> None:
    """Save while the emulator serves, and restore the streams at its start."""
    streams.install()
    saver = Saver(Checkpoint(Path(persistence.STATE_DIR).parents[1]))
    load: Callable[[], None] = private(app, "_load_persisted_state")
    serve: Callable[..., Awaitable[None]] = private(app, "app")
    read_state: Callable[[str], dict[str, Any] | None] = private(persistence, "load_state")
    tasks: list[Any] = []

    def load_and_run() -> None:
        state = read_state(streams.KEY)
        if state:
            streams.restore(state)
        load()
        tasks.append(asyncio.get_running_loop().create_task(saver.run()))

    def save_at_stop(services: dict[str, Any]) -> None:
        del services
        saver.save_at_stop()

    async def observed(scope: Scope, receive: Any, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and path == PATH:
            await _respond(saver, scope["method"], send)
            return
        try:
            await serve(scope, receive, send)
        finally:
            if scope["type"] != "lifespan" and path not in UNCHANGING:
                saver.changed()

    replace(app, "_load_persisted_state", load_and_run)
    replace(app, "save_all", save_at_stop)
    replace(app, "app", observed)


async def _respond(saver: Saver, method: str, send: Send) -> None:
    outcome = await saver.save(apart=True) if method == "POST" else saver.outcome
    body = json.dumps(outcome).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
