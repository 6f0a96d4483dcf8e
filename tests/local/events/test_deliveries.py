"""Events that are delivered to an external address because the stack file configures it."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.checkout import copy
from tests.local.events.bus import metadata, put
from tests.local.platform import SECONDS, Platform, up
from tests.local.realtime.browser import created

KEY = "key-of-the-platform"
ORDER = {"orderId": "o-1", "amount": 1999, "currency": "EUR"}


class Posted(NamedTuple):
    """A request that the external server received."""

    path: str
    key: str | None
    body: Any


@pytest.fixture
def receiver() -> Iterator[tuple[str, queue.Queue[Posted]]]:
    """The address of an external server, and the requests that it receives."""
    posted: queue.Queue[Posted] = queue.Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()
            posted.put(Posted(self.path, self.headers["X-Strata-Key"], body))

        def log_message(self, *about: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", posted
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def delivering(receiver: tuple[str, queue.Queue[Posted]], tmp_path: Path) -> Iterator[Platform]:
    """A platform whose stack file configures the delivery of orders to the external server."""
    program = copy(tmp_path / "program")
    stack = program / "Pulumi.local.yaml"
    content = yaml.safe_load(stack.read_text())
    content["config"]["strata:events"] = {
        "deliveries": {
            "warehouse": {
                "url": f"{receiver[0]}/orders",
                "events": ["order.placed"],
                "header": "X-Strata-Key",
                "key": KEY,
            }
        }
    }
    stack.write_text(yaml.safe_dump(content))
    deployment, platform = up(tmp_path / "platform", program)
    yield platform
    deployment.down()


def test_configured_events_are_delivered_with_the_key(
    delivering: Platform, receiver: tuple[str, queue.Queue[Posted]]
) -> None:
    """An order is delivered as it is on the bus, with the key; an event of another type is not delivered."""
    _, posted = receiver
    detail = {"metadata": metadata(), "data": ORDER}

    put(delivering, "strata.users", "user.created", created())
    put(delivering, "partner.acme", "order.placed", detail)
    path, key, body = posted.get(timeout=SECONDS)

    assert (path, key, posted.empty()) == ("/orders", KEY, True)
    assert (body["source"], body["detail-type"], body["detail"]) == ("partner.acme", "order.placed", detail)
