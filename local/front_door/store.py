"""The values of key-value stores, read through their data API.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_Operations_Amazon_CloudFront_KeyValueStore.html
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from aiohttp import ClientError, ClientSession
from yarl import URL

from local.front_door.signing import signed
from provider.cloud import KEY_VALUE_STORE

FRESH_SECONDS = 0.25
"""How long values are used before the store is asked whether it has changed."""

PAGE = 50
"""The API's limit of keys in a page."""


class StoreError(ClientError):
    """A key-value store cannot be read."""


@dataclass
class Store:
    """A key-value store with the values that it had at most `FRESH_SECONDS` ago.

    It asks the store only while it is used, and then at most every `FRESH_SECONDS`.

    Attributes:
        endpoint: the emulator's address.
        arn: the store's ARN.
        session: for requests to the emulator.
    """

    endpoint: str
    arn: str
    session: ClientSession
    _values: Mapping[str, str] = field(default_factory=dict[str, str])
    _version: str = ""
    _asked: float = float("-inf")
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def get(self, key: str) -> str | None:
        """Return the value of a key, or None."""
        return self._values.get(key)

    async def refresh(self) -> None:
        """Read the values again if they may have changed.

        Raises:
            ClientError, TimeoutError: if the store cannot be read.
        """
        async with self._lock:
            asked = time.monotonic()
            if asked - self._asked < FRESH_SECONDS:
                return
            version, _ = await self._get("")
            if version != self._version:
                self._values, self._version = await self._all(), version
            self._asked = asked

    async def _all(self) -> dict[str, str]:
        values: dict[str, str] = {}
        query = {"MaxResults": str(PAGE)}
        while True:
            _, page = await self._get(f"/keys?{urlencode(query)}")
            values |= {item["Key"]: item["Value"] for item in page["Items"]}
            if "NextToken" not in page:
                return values
            query["NextToken"] = page["NextToken"]

    async def _get(self, path: str) -> tuple[str, dict[str, Any]]:
        """Return the version and the content of a response."""
        url = f"{self.endpoint}/key-value-stores/{quote(self.arn, safe='')}{path}"
        headers = signed("GET", url, KEY_VALUE_STORE)
        async with self.session.get(URL(url, encoded=True), headers=headers) as response:
            if response.status != HTTPStatus.OK:
                raise StoreError(f"{self.arn}: {response.status} {(await response.text())[:200]}")
            return response.headers.get("ETag", ""), await response.json()
