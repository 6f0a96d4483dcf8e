"""A stop that takes seconds: the emulator saves its data and exits, whatever is in progress.

The emulator itself waits for each request that is not complete and, after it has saved its data, for each
invocation that is in progress or waiting.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from typing import Any

import hypercorn.asyncio
from ministack import app

from local.emulator.extensions.patch import replace
from local.emulator.extensions.workers import POOL

GRACE_SECONDS = 3.0
"""The time to finish requests in progress on a stop."""

emulator: Any = app
hypercorn_asyncio: Any = hypercorn.asyncio
"""Typed as Any: both are partly untyped."""

_serve = hypercorn_asyncio.serve


def install() -> None:
    """Replace the server that the emulator starts."""
    replace(hypercorn_asyncio, "serve", serve)


async def serve(application: Any, config: Any) -> None:
    """Serve until SIGTERM or SIGINT; return only if the server does not start."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = asyncio.create_task(_serve(application, config, shutdown_trigger=stop.wait))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({server, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if not stop.is_set():
        await server
        return
    POOL.close()  # Waiting invocations would start processes while the data is saved.
    await asyncio.wait({server}, timeout=GRACE_SECONDS)
    _exit(saved=server.done() and server.exception() is None)


def _exit(*, saved: bool) -> None:
    """End the process; save the data first if the server has not done it at its own end."""
    if not saved:
        emulator.save_all(emulator._build_persistence_save_dict())
    logging.shutdown()
    os._exit(0)
