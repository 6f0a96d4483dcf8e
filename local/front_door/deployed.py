"""The deployed distribution: read from the embedded cloud when the stack's outputs change."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from aiohttp import ClientSession

from local.front_door.cache import Cache
from local.front_door.declared import NotDeployedError, read
from local.front_door.functions import EdgeFunction
from local.front_door.plan import Behavior, Plan, Source, plan
from local.front_door.store import Store
from local.machine.emulator import emulator_daemon
from local.machine.ports import LOOPBACK
from local.machine.processes import Daemon
from provider.cloud import Cloud

OUTPUT = "distributionId"


@dataclass
class Distribution:
    """A distribution that serves requests.

    Attributes:
        plan: what it does.
        endpoint: the emulator's address.
        session: for requests to the emulator.
        cache: its cached responses.
    """

    plan: Plan
    endpoint: str
    session: ClientSession
    cache: Cache = field(default_factory=Cache)
    _functions: dict[Source, EdgeFunction] = field(default_factory=dict[Source, EdgeFunction])
    _stores: dict[str, Store] = field(default_factory=dict[str, Store])

    async def function(self, behavior: Behavior, event_type: str) -> EdgeFunction | None:
        """Return a behavior's function for a type of event, with a fresh key-value store.

        Raises:
            EdgeFunctionError: if it cannot be loaded.
            ClientError, TimeoutError: if its store cannot be read.
        """
        source = behavior.functions.get(event_type)
        if source is None:
            return None
        store = self._store(source.store) if source.store else None
        if store is not None:
            await store.refresh()
        if source not in self._functions:
            self._functions[source] = EdgeFunction(source.code, store.get if store else _nothing)
        return self._functions[source]

    def _store(self, arn: str) -> Store:
        return self._stores.setdefault(arn, Store(self.endpoint, arn, self.session))


def _nothing(key: str) -> None:
    """Return no value: a function without a key-value store."""
    del key


@dataclass
class Deployed:
    """The distribution that the stack's outputs name.

    Attributes:
        outputs: the file with the stack's outputs as JSON, in the folder of the emulator's process record.
        session: for requests to the emulator.
    """

    outputs: Path
    session: ClientSession
    _version: object = None
    _distribution: Distribution | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def distribution(self) -> Distribution:
        """Return the deployed distribution. It is read again after each deployment.

        Raises:
            NotDeployedError: if nothing is deployed, or the distribution does not exist.
            UnsupportedError: if it uses a part of CloudFront that the front door does not have.
            ClientError, BotoCoreError: of botocore, if it cannot be read.
        """
        # Both files are replaced by a rename: their content is always complete.
        version = _version(self.outputs), _version(self._emulator.record)
        if self._distribution is not None and version == self._version:
            return self._distribution
        async with self._lock:
            if self._distribution is None or version != self._version:
                self._distribution = await self._read()
                self._version = version
            return self._distribution

    @property
    def _emulator(self) -> Daemon:
        return emulator_daemon(self.outputs.parent)

    async def _read(self) -> Distribution:
        outputs = _outputs(self.outputs)
        distribution, port = outputs.get(OUTPUT), self._emulator.port
        if not isinstance(distribution, str) or port is None:
            raise NotDeployedError
        cloud = Cloud(f"http://{LOOPBACK}:{port}")
        declared = await asyncio.to_thread(read, cloud, distribution)
        return Distribution(plan(declared), cloud.endpoint, self.session)


def _version(file: Path) -> tuple[int, int] | None:
    try:
        stat = file.stat()
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_mtime_ns


def _outputs(file: Path) -> dict[str, Any]:
    """Return the stack's outputs; none if the file does not exist or is not a JSON object."""
    try:
        found: Any = json.loads(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
