"""A key-value store, as the front door reads it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientSession, web

from local.front_door.store import FRESH_SECONDS, Store, StoreError
from tests.local.front_door.upstream import serving

ARN = "arn:aws:cloudfront::000000000000:key-value-store/a"


@dataclass
class Api:
    """The data API of a store with one key.

    Attributes:
        value: the value of the key, which is also the store's version.
        asked: the number of requests for the version.
        listed: the number of requests for the keys.
        status: the status of all responses.
    """

    value: str = "1"
    asked: int = 0
    listed: int = 0
    status: int = 200

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/key-value-stores/{arn:.+}/keys", self.keys)
        app.router.add_get("/key-value-stores/{arn:.+}", self.describe)
        return app

    async def describe(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"].startswith("AWS4-HMAC-SHA256 ")
        self.asked += 1
        return web.json_response({}, status=self.status, headers={"ETag": self.value})

    async def keys(self, request: web.Request) -> web.Response:
        self.listed += 1
        return web.json_response({"Items": [{"Key": "k", "Value": self.value}]})


def test_store_is_asked_at_most_once_in_its_time() -> None:
    """A hundred refreshes at once are one request; an unchanged store is not listed again."""

    async def run() -> Any:
        api, found = Api(), []
        async with serving(api.app()) as address, ClientSession() as session:
            store = Store(address, ARN, session)
            for value in ("1", "1", "2"):
                api.value = value
                await asyncio.gather(*(store.refresh() for _ in range(100)))
                found.append((store.get("k"), api.asked, api.listed))
                await asyncio.sleep(FRESH_SECONDS + 0.05)
        return found, store.get("other")

    assert asyncio.run(run()) == ([("1", 1, 1), ("1", 2, 1), ("2", 3, 2)], None)


def test_store_that_cannot_be_read_is_an_error() -> None:
    """The error names the store, and the next refresh asks again."""

    async def run() -> Any:
        api = Api(status=404)
        async with serving(api.app()) as address, ClientSession() as session:
            store = Store(address, ARN, session)
            with pytest.raises(StoreError, match=f"{ARN}: 404"):
                await store.refresh()
            api.status = 200
            await store.refresh()
            return store.get("k")

    assert asyncio.run(run()) == "1"
