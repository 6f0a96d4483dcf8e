"""The speed of the platform on this machine, beside the bare emulator."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import requests

from bench.bare_function import BareFunction
from bench.deployed import deployment, ignore
from bench.load import CLIENTS, rate
from bench.options import Options
from bench.table import Figure, figure, seconds, show
from local.deployment import people
from local.deployment.deployment import Deployment
from local.machine.ports import free_port
from shell.command import run

ROUNDS = 5
REQUESTS = 400


def main(options: Options) -> int:
    """Deploy a copy of the platform and measure it."""
    rounds = options.count(ROUNDS)
    with deployment() as deployed:
        ports = free_port(), free_port()
        up = partial(deployed.up, ignore, ignore, *ports)
        up()
        show(
            "make up after make down",
            [_warm_start(deployed, up, rounds)],
            as_json=options.json,
        )
        url = f"http://localhost:{ports[0]}/api"
        bare = BareFunction(deployed.emulator.cloud)
        show(
            f"Requests from {CLIENTS} clients",
            _throughput(deployed, url, bare, options.count(REQUESTS, 2 * CLIENTS)),
            as_json=options.json,
        )
    return 0


def _warm_start(deployment: Deployment, up: Callable[[], Any], rounds: int) -> Figure:
    """Measure from a stopped platform to the first response to a request with a token."""
    whole: list[float] = []
    emulator: list[float] = []
    for _ in range(rounds):
        deployment.down()
        emulator.append(seconds(deployment.emulator.start))
        deployment.down()
        started = time.perf_counter()
        url = up().url
        token = people.token(deployment.emulator.cloud, deployment.outputs)
        _get(f"{url}/api/users", token)
        whole.append(time.perf_counter() - started)
    return figure("warm start to the first authenticated response", whole, emulator, "the emulator's start")


def _throughput(deployment: Deployment, url: str, bare: BareFunction, count: int) -> list[Figure]:
    token = people.token(deployment.emulator.cloud, deployment.outputs)
    user = requests.post(
        f"{url}/users", json={"email": "bench@example.com", "name": "B"}, headers=_bearer(token), timeout=30
    ).json()
    floor = rate(lambda session: session.get(bare.url, timeout=30), count)
    rates = {
        "GET /health": rate(lambda session: session.get(f"{url}/health", timeout=30), count),
        "GET /users/{userId}": rate(
            lambda session: session.get(f"{url}/users/{user['id']}", headers=_bearer(token), timeout=30),
            count,
        ),
    }
    return [
        Figure(name, rate, floor, "a bare function, without the front door", "req/s")
        for name, rate in rates.items()
    ]


def _get(url: str, token: str) -> None:
    requests.get(url, headers=_bearer(token), timeout=30).raise_for_status()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


if __name__ == "__main__":
    run(lambda: main(Options.parse(sys.argv[1:])))
