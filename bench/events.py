"""The latency and the throughput of events, from a change through stream, bus and queue to the browser."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import TypeVar

import aiohttp

from bench.deployed import deployment, ignore
from bench.event_paths import DEADLINE_SECONDS, BarePath, Browser, PlatformPath, connection
from bench.options import Options
from bench.table import Figure, show
from local.deployment import people
from local.deployment.deployment import Deployment
from local.machine.ports import free_port
from shell.command import run

T = TypeVar("T")
Pair = tuple[float, float]
Rates = tuple[Pair, Pair]
"""The platform's and the floor's events per second, each until all are received and until all are handled."""

Measure = Callable[[Browser, PlatformPath, BarePath], Awaitable[T]]

CHANGES = 50
BURST = 500
COLD_ROUNDS = 3
POLL_SECONDS = 0.05
FLOOR = "bare functions with the same hops"


@dataclass
class Bench:
    """A copy of the platform with the floor beside it, and a browser that receives from both."""

    deployment: Deployment
    ports: tuple[int, int] = field(default_factory=lambda: (free_port(), free_port()))

    def started(self, measure: Measure[T]) -> T:
        """Deploy both from nothing and measure: only the functions behind the handshake have run by then."""
        self.deployment.reset()
        # Outside of the event loop, because the program runs in a loop of its own.
        url = self.deployment.up(ignore, ignore, *self.ports).url
        return asyncio.run(self._visit(url, measure))

    async def _visit(self, url: str, measure: Measure[T]) -> T:
        cloud, outputs = self.deployment.emulator.cloud, self.deployment.outputs
        bare = BarePath(cloud, outputs["webSocketUrl"].replace("ws", "http", 1))
        async with aiohttp.ClientSession(url, headers={"Origin": url}) as session:
            browser = Browser(session, people.Renewed(cloud, outputs))
            ticket = (await browser.ask("POST", "/api/realtime/ticket"))["ticket"]
            async with session.ws_connect("/ws", params={"ticket": ticket}) as socket:
                bare.connection = connection(cloud)
                listening = asyncio.create_task(browser.listen(socket))
                measured = await measure(browser, PlatformPath(cloud, outputs, browser), bare)
            await listening
        return measured


def main(options: Options) -> int:
    """Deploy a copy of the platform and measure it."""
    with deployment() as deployed:
        _measure(Bench(deployed), options)
    return 0


def _measure(bench: Bench, options: Options) -> None:
    burst, changes = options.count(BURST, 20), options.count(CHANGES, 2)

    async def burst_and_warm(
        browser: Browser, ours: PlatformPath, bare: BarePath
    ) -> tuple[Rates, Rates, list[Pair]]:
        first, again = [
            (await _rates(browser, ours, burst), await _rates(browser, bare, burst)) for _ in range(2)
        ]
        return first, again, [await _latencies(browser, ours, bare) for _ in range(changes)]

    cold = [bench.started(_latencies) for _ in range(options.count(COLD_ROUNDS))]
    first, again, warm = bench.started(burst_and_warm)
    show(
        "From a change to the browser",
        [
            _of("cold: the first change after make up", cold, median),
            _of("warm, median", warm, median),
            _of("warm, 95th percentile", warm, _p95),
        ],
        as_json=options.json,
    )
    show(
        f"{burst} changes at once",
        [
            Figure(f"{when}, until {end}", mine, its, FLOOR, "events/s")
            for when, (ours, floor) in {"cold": first, "warm": again}.items()
            for end, mine, its in zip(
                ("the browser has received all", "every queue is empty"), ours, floor, strict=True
            )
        ],
        as_json=options.json,
    )


async def _latencies(browser: Browser, ours: PlatformPath, bare: BarePath) -> Pair:
    """Measure both in turns, so that a slow moment of the machine affects both."""
    return await _latency(browser, ours), await _latency(browser, bare)


async def _latency(browser: Browser, path: PlatformPath | BarePath) -> float:
    """Return the seconds from the accepted change until the browser receives its event."""
    event = await path.change()
    accepted = time.perf_counter()
    return await browser.arrival(event) - accepted


async def _rates(browser: Browser, path: PlatformPath | BarePath, burst: int) -> Pair:
    """Return the events per second until the browser has received all, and until every queue is empty.

    The second rate includes retries: a message that failed returns after its queue's visibility timeout.
    """
    started = time.perf_counter()
    received = await browser.arrival(*await asyncio.to_thread(path.burst, burst))
    await asyncio.to_thread(_drain, path)
    return burst / (received - started), burst / (time.perf_counter() - started)


def _drain(path: PlatformPath | BarePath) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not path.is_idle():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the consumers had messages left after {DEADLINE_SECONDS:g} s")
        time.sleep(POLL_SECONDS)


def _of(name: str, pairs: Sequence[Pair], which: Callable[[Sequence[float]], float]) -> Figure:
    """Return a figure of pairs of seconds: the platform's and the floor's."""
    ours, floor = (which(series) * 1_000 for series in zip(*pairs, strict=True))
    return Figure(name, ours, floor, FLOOR)


def _p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1]


if __name__ == "__main__":
    run(lambda: main(Options.parse(sys.argv[1:])))
