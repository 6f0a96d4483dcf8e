"""Limits on the processes that run functions.

The emulator keeps the first process of each function for ever and starts as many as there are concurrent
invocations. Here all functions share one limit, as they share an account's concurrency on AWS, and an idle
process ends after a time, as an idle execution environment does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local.emulator.extensions.patch import replace

LIMIT = 40
"""The limit of processes, about 37 MB each. At the limit, a new one replaces the one that is idle longest."""

KEPT = 12
"""The number of idle processes that stay however long they are idle: those used last."""

IDLE_SECONDS = 60.0
"""The time after which any other idle process ends; the emulator checks every 30 seconds."""

PATIENCE_SECONDS = 0.5
"""The time that an invocation waits for a busy process of its own function before it starts another: most are
busy for milliseconds, and a start takes about as long."""

QUIET_SECONDS = 5.0
"""The time after which an idle process may be replaced by a further one of another function; one by the first
of another function at any time. Without it, a busy machine starts and ends processes all the time."""

WAIT_SECONDS = 30.0
"""The time that an invocation waits while all processes are busy. Then it is throttled, as on AWS."""

THROTTLED = (None, "func_cap")
"""The emulator's result for an invocation that gets no process."""

runtime: Any = lambda_runtime
service: Any = lambda_svc
"""Typed as Any, as is each worker: the emulator is untyped."""


@dataclass
class WorkerPool:
    """The workers of all functions: each has one process and runs one invocation at a time.

    Attributes:
        limit: the limit of workers.
        kept: the number of idle workers that stay.
        idle_seconds: the time after which other idle workers end.
        patience_seconds: the time to wait for a busy worker of the same function.
        quiet_seconds: the time after which a worker may be replaced by a further one of another function.
        wait_seconds: the time to wait for any worker.
    """

    limit: int = LIMIT
    kept: int = KEPT
    idle_seconds: float = IDLE_SECONDS
    patience_seconds: float = PATIENCE_SECONDS
    quiet_seconds: float = QUIET_SECONDS
    wait_seconds: float = WAIT_SECONDS
    _acquire: Callable[..., Any] = runtime.acquire_worker
    _release: Callable[..., None] = runtime.release_worker
    _room: threading.Condition = field(default_factory=threading.Condition)
    _closed: bool = False

    def acquire(
        self,
        func_name: str,
        config: dict[str, Any],
        code_zip: bytes,
        qualifier: str = "$LATEST",
        max_concurrency: int | None = None,
    ) -> tuple[Any, str]:
        """Return a worker of the function and whether it was reused, or `THROTTLED`.

        Has the signature of the emulator's `acquire_worker`.
        """
        key = runtime._worker_key(func_name, config, qualifier)
        with self._room:
            self._room.wait_for(lambda: self._closed or self._need_not_wait(key), self.patience_seconds)
            self._room.wait_for(lambda: self._closed or self._has_room(key), self.wait_seconds)
            if self._closed or not self._has_room(key):
                return THROTTLED
            evicted = self._evict(key)
            acquired = self._acquire(func_name, config, code_zip, qualifier, max_concurrency)
        runtime.kill_workers(evicted)
        return acquired

    def close(self) -> None:
        """Throttle all invocations from now on, also the waiting ones."""
        with self._room:
            self._closed = True
            self._room.notify_all()

    def release(self, worker: Any) -> None:
        """Return a worker to the pool; end it if its function was updated while it was in use."""
        if worker is not None:
            worker.last_used = time.time()
            if is_outdated(worker):
                with runtime._lock:
                    self._drop([worker])
        self._release(worker)
        with self._room:
            self._room.notify_all()
        if worker is not None and not self._is_pooled(worker):
            runtime.kill_workers([worker])

    def lease(
        self, func_name: str, config: dict[str, Any], code_zip: bytes, qualifier: str = "$LATEST"
    ) -> Lease:
        """Return a worker for one invocation. Has the signature of the emulator's `get_or_create_worker`."""
        worker, _ = self.acquire(func_name, config, code_zip, qualifier)
        return Lease(self, worker)

    def reap(self, _ttl: float | None = None) -> int:
        """End the workers that are idle too long and return their number."""
        oldest = time.time() - self.idle_seconds
        with runtime._lock:
            surplus = self._idle()[: -self.kept or None]
            ended = [worker for worker in surplus if worker.last_used <= oldest]
            self._drop(ended)
        runtime.kill_workers(ended)
        return len(ended)

    def _need_not_wait(self, key: str) -> bool:
        """Whether the function has an idle worker, or no worker to wait for."""
        with runtime._lock:
            return not runtime._workers.get(key) or self._has_idle(key)

    def _has_room(self, key: str) -> bool:
        """Whether an invocation gets a worker: an idle one, a new one, or a new one in another's place."""
        with runtime._lock:
            return self._has_idle(key) or self._count() < self.limit or bool(self._replaceable(key))

    def _evict(self, key: str) -> list[Any]:
        """Drop a worker if the function needs its place, and return what was dropped."""
        with runtime._lock:
            needed = not self._has_idle(key) and self._count() >= self.limit
            evicted = self._replaceable(key) if needed else []
            self._drop(evicted)
            return evicted

    def _is_pooled(self, worker: Any) -> bool:
        with runtime._lock:
            return any(worker in entries for entries in runtime._workers.values())

    # The callers of the following methods hold the emulator's lock.

    def _count(self) -> int:
        return sum(map(len, runtime._workers.values()))

    def _has_idle(self, key: str) -> bool:
        return any(not worker.in_use for worker in runtime._workers.get(key, ()))

    def _replaceable(self, key: str) -> list[Any]:
        """Return the worker that is idle longest, if the function may take its place."""
        quiet = time.time() - (self.quiet_seconds if runtime._workers.get(key) else 0)
        return [worker for worker in self._idle()[:1] if worker.last_used <= quiet]

    def _idle(self) -> list[Any]:
        """Return the idle workers, the one used last at the end."""
        workers = chain.from_iterable(runtime._workers.values())
        return sorted(
            (worker for worker in workers if not worker.in_use), key=lambda worker: worker.last_used
        )

    def _drop(self, workers: list[Any]) -> None:
        for key, entries in list(runtime._workers.items()):
            left = [worker for worker in entries if worker not in workers]
            if left:
                runtime._workers[key] = left
            else:
                del runtime._workers[key]


@dataclass(frozen=True)
class Lease:
    """A worker for one invocation of the WebSocket API, or none if the invocation is throttled.

    The emulator shares one worker among all messages of a function, and never counts it as in use.
    """

    pool: WorkerPool
    worker: Any

    def invoke(self, event: Any, request_id: str) -> dict[str, Any]:
        """Run the invocation and return the worker to the pool."""
        if self.worker is None:
            return {"status": "error", "error": "Rate Exceeded."}
        try:
            return self.worker.invoke(event, request_id)
        finally:
            self.pool.release(self.worker)


POOL = WorkerPool()
"""The pool of the emulator."""


def is_outdated(worker: Any) -> bool:
    """Whether a worker has other code than the last version of its function.

    An invocation that reads the code just before an update would otherwise leave a worker with the old code,
    and the update would never take effect.
    """
    if worker.config.get("Version", "$LATEST") != "$LATEST":
        return False
    account, region = runtime._account_region_from_function_config(worker.config)
    function = service._functions._data.get((account, region, worker.func_name))
    return function is not None and function.get("code_zip") != worker.code_zip


def install() -> None:
    """Replace the emulator's pool; `lambda_svc` has names of its own for the same functions."""
    for module in (lambda_runtime, lambda_svc):
        replace(module, "acquire_worker", POOL.acquire)
        replace(module, "release_worker", POOL.release)
        replace(module, "reap_idle_workers", POOL.reap)
    replace(lambda_runtime, "get_or_create_worker", POOL.lease)
