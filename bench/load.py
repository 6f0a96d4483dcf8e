"""Requests from several concurrent clients."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests

from bench.table import seconds

CLIENTS = 8


def rate(send: Callable[[requests.Session], requests.Response], count: int) -> float:
    """Return the requests per second of several concurrent clients."""

    def client(_: int) -> None:
        with requests.Session() as session:
            for _ in range(count // CLIENTS):
                send(session).raise_for_status()

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))  # The first round starts the workers.
        return count / seconds(lambda: list(pool.map(client, range(CLIENTS))))
