"""The event bus, simulated by moto, with a record of the published entries."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from botocore.exceptions import EndpointConnectionError

from handlers.kit import aws as kit
from handlers.kit.environment import variable


class Published(NamedTuple):
    """An entry of PutEvents."""

    type: str
    source: str
    detail: dict[str, Any]


class Bus:
    """The published entries; `broken` makes the bus unreachable, `meanwhile` runs before the next call."""

    def __init__(self) -> None:
        self.published: list[Published] = []
        self.broken = False
        self.meanwhile: Callable[[], object] | None = None

    def observe(self, params: dict[str, Any], **_: Any) -> None:
        """Record the entries of a call, unless it fails."""
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        if self.broken:
            raise EndpointConnectionError(endpoint_url="https://events")
        self.published += [
            Published(entry["DetailType"], entry["Source"], json.loads(entry["Detail"]))
            for entry in params["Entries"]
        ]


@contextmanager
def observed() -> Iterator[Bus]:
    """Create the handlers' event bus in moto and record its entries."""
    client, bus = kit.client("events"), Bus()
    client.create_event_bus(Name=variable("EVENT_BUS"))
    client.meta.events.register("provide-client-params.events.PutEvents", bus.observe)
    yield bus
    client.meta.events.unregister("provide-client-params.events.PutEvents", bus.observe)
    client.delete_event_bus(Name=variable("EVENT_BUS"))
