"""The limits on the processes that run functions, with the emulator's pool and workers without a process."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local.emulator.extensions.workers import THROTTLED, WorkerPool


class Worker:
    """A worker without a process."""

    def __init__(self, func_name: str, config: Any, code_zip: bytes) -> None:
        self.func_name = func_name
        self.config = config
        self.code_zip = code_zip
        self.in_use = False
        self.last_used = 0.0
        self.ended = False
        self._proc = None

    def invoke(self, event: Any, request_id: str) -> Any:
        assert self.in_use
        return {"status": "ok", "result": event}

    def _discard_tmpdir(self) -> None:
        self.ended = True


@pytest.fixture(autouse=True)
def workers(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Worker]]:
    """The emulator's pool, empty."""
    pools: dict[str, list[Worker]] = {}
    monkeypatch.setattr(lambda_runtime, "_workers", pools)
    monkeypatch.setattr(lambda_runtime, "_worker_class_for", lambda _: Worker)
    return pools


def pool(**limits: Any) -> WorkerPool:
    """Return a pool that does not wait."""
    return WorkerPool(**{"limit": 2, "patience_seconds": 0, "wait_seconds": 0, **limits})


def acquire(pool: WorkerPool, name: str) -> tuple[Any, str]:
    """Acquire a worker of a function."""
    config = {"FunctionArn": f"arn:aws:lambda:us-east-1:000000000000:function:{name}"}
    return pool.acquire(name, config, b"")


def names(workers: dict[str, list[Worker]]) -> list[str]:
    """Return the function of each worker in the pool."""
    return sorted(worker.func_name for entries in workers.values() for worker in entries)


def use(pool: WorkerPool, *functions: str) -> list[Worker]:
    """Run one invocation of each function, one after the other; return their workers."""
    used: list[Worker] = []
    for name in functions:
        worker, _ = acquire(pool, name)
        pool.release(worker)
        used.append(worker)
        time.sleep(0.001)
    return used


def test_used_function_stays_warm() -> None:
    """The next invocation of a function reuses its worker, also at the limit."""
    own = pool()
    a, b = use(own, "a", "b")

    assert (acquire(own, "a"), acquire(own, "b")) == ((a, "reused"), (b, "reused"))


def test_limit_counts_the_workers_of_all_functions(workers: dict[str, list[Worker]]) -> None:
    """At the limit, a new function takes the place of the worker that is idle longest, which ends."""
    own = pool()
    a, b = use(own, "a", "b")
    use(own, "a", "c")

    assert names(workers) == ["a", "c"]
    assert (a.ended, b.ended) == (False, True)


def test_busy_worker_is_not_replaced(workers: dict[str, list[Worker]]) -> None:
    """If all workers are busy, an invocation is throttled after the wait."""
    own = pool()
    acquire(own, "a")
    acquire(own, "b")

    assert (acquire(own, "a"), acquire(own, "c")) == (THROTTLED, THROTTLED)
    assert names(workers) == ["a", "b"]


def test_invocation_waits_for_a_worker(workers: dict[str, list[Worker]]) -> None:
    """An invocation continues as soon as any worker is released."""
    own = pool(wait_seconds=10)
    busy, _ = acquire(own, "a")
    acquire(own, "b")
    threading.Timer(0.05, own.release, [busy]).start()
    started = time.monotonic()
    acquired, how = acquire(own, "c")

    assert (acquired.func_name, how, names(workers)) == ("c", "spawn", ["b", "c"])
    assert time.monotonic() - started < 5


def test_busy_function_first_waits_for_its_own_worker(workers: dict[str, list[Worker]]) -> None:
    """Concurrent short invocations of a function start no second worker."""
    own = pool(patience_seconds=10)
    busy, _ = acquire(own, "a")
    threading.Timer(0.05, own.release, [busy]).start()

    assert (acquire(own, "a"), names(workers)) == ((busy, "reused"), ["a"])


def test_function_that_is_busy_for_long_gets_more_workers(workers: dict[str, list[Worker]]) -> None:
    """After the wait, a concurrent invocation starts another worker."""
    own = pool(patience_seconds=0.01)
    acquire(own, "a")

    assert (acquire(own, "a")[1], names(workers)) == ("spawn", ["a", "a"])


def test_further_worker_replaces_only_quiet_ones(workers: dict[str, list[Worker]]) -> None:
    """At the limit, a function that has a worker does not end one that another function uses."""
    own = pool(quiet_seconds=60)
    use(own, "b")
    acquire(own, "a")

    assert (acquire(own, "a"), names(workers)) == (THROTTLED, ["a", "b"])
    own.quiet_seconds = 0
    assert (acquire(own, "a")[1], names(workers)) == ("spawn", ["a", "a"])


def test_closed_pool_throttles_waiting_invocations() -> None:
    """A stop ends the wait of an invocation."""
    own = pool(wait_seconds=10)
    acquire(own, "a")
    acquire(own, "b")
    threading.Timer(0.05, own.close).start()
    started = time.monotonic()

    assert (acquire(own, "c"), acquire(own, "a")) == (THROTTLED, THROTTLED)
    assert time.monotonic() - started < 5


def test_idle_workers_end(workers: dict[str, list[Worker]]) -> None:
    """After the idle time, only the workers used last remain."""
    own = pool(limit=9, kept=2, idle_seconds=0)
    used = use(own, "a", "b", "c", "d")

    assert (own.reap(), names(workers)) == (2, ["c", "d"])
    assert [worker.ended for worker in used] == [True, True, False, False]


def test_recently_used_and_busy_workers_stay(workers: dict[str, list[Worker]]) -> None:
    """Before the idle time, and during an invocation, no worker ends."""
    recent = pool(limit=9, kept=0, idle_seconds=60)
    use(recent, "a", "b")
    busy = pool(limit=9, kept=0, idle_seconds=0)
    acquire(busy, "c")

    assert (recent.reap(), busy.reap(), names(workers)) == (0, 2, ["c"])


def test_worker_of_an_updated_function_ends_after_its_invocation() -> None:
    """A worker that the pool dropped during an invocation is not left running."""
    own = pool()
    worker, _ = acquire(own, "a")
    lambda_runtime.invalidate_worker("a")
    worker.ended = False
    own.release(worker)

    assert worker.ended


def test_websocket_message_has_its_own_worker(workers: dict[str, list[Worker]]) -> None:
    """The worker of a message is in use until the invocation ends, and then idle."""
    own = pool()
    config = {"FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:a"}
    first, second = own.lease("a", config, b""), own.lease("a", config, b"")
    throttled = own.lease("a", config, b"")

    assert first.worker is not second.worker
    assert first.invoke(1, "id") == {"status": "ok", "result": 1}
    assert throttled.invoke(1, "id") == {"status": "error", "error": "Rate Exceeded."}
    assert (first.worker.in_use, second.worker.in_use, names(workers)) == (False, True, ["a", "a"])


@pytest.mark.parametrize(("version", "pooled"), [("$LATEST", []), ("1", ["a"])])
def test_worker_with_the_code_before_an_update_is_ended(
    workers: dict[str, list[Worker]], monkeypatch: pytest.MonkeyPatch, version: str, pooled: list[str]
) -> None:
    """An invocation that starts during an update may create one; a published version keeps its code."""
    arn = "arn:aws:lambda:us-east-1:000000000000:function:a"
    config = {"FunctionArn": arn, "Version": version}
    functions = {("000000000000", "us-east-1", "a"): {"config": config, "code_zip": b"new"}}
    monkeypatch.setattr(lambda_svc._functions, "_data", functions)
    limited = pool()
    old, _ = limited.acquire("a", config, b"old")
    limited.release(old)
    assert (names(workers), old.ended) == (pooled, not pooled)

    new, _ = limited.acquire("b", {**config, "FunctionArn": arn}, b"new")
    limited.release(new)
    assert "b" in names(workers)
