"""Events that go to an address outside, because the stack file says so."""

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

KEY = "the-outside-knows-us-by-this"
ORDER = {"orderId": "o-1", "amount": 1999, "currency": "EUR"}


class Posted(NamedTuple):
    """A request that came to the outside."""

    path: str
    key: str | None
    body: Any


@pytest.fixture
def outside() -> Iterator[tuple[str, queue.Queue[Posted]]]:
    """An address outside of the platform, and what is posted there."""
    posted: queue.Queue[Posted] = queue.Queue()

    class Outside(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()
            posted.put(Posted(self.path, self.headers["X-Strata-Key"], body))

        def log_message(self, *about: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Outside)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", posted
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def telling(outside: tuple[str, queue.Queue[Posted]], tmp_path: Path) -> Iterator[Platform]:
    """A platform whose stack file has the outside told of orders."""
    program = copy(tmp_path / "program")
    stack = program / "Pulumi.local.yaml"
    told = yaml.safe_load(stack.read_text())
    told["config"]["strata:events"] = {
        "deliveries": {
            "warehouse": {
                "url": f"{outside[0]}/orders",
                "events": ["order.placed"],
                "header": "X-Strata-Key",
                "key": KEY,
            }
        }
    }
    stack.write_text(yaml.safe_dump(told))
    deployment, platform = up(tmp_path / "platform", program)
    yield platform
    deployment.down()


def test_chosen_events_are_posted_with_the_key(
    telling: Platform, outside: tuple[str, queue.Queue[Posted]]
) -> None:
    """An order comes to the outside as it stands on the bus, with the key; what was not chosen does not."""
    _, posted = outside
    detail = {"metadata": metadata(), "data": ORDER}

    put(telling, "strata.users", "user.created", created())
    put(telling, "partner.acme", "order.placed", detail)
    path, key, body = posted.get(timeout=SECONDS)

    assert (path, key, posted.empty()) == ("/orders", KEY, True)
    assert (body["source"], body["detail-type"], body["detail"]) == ("partner.acme", "order.placed", detail)
