"""EventBridge's resources in operation: they deliver, replay, and post to HTTP endpoints."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from provider.base import Properties
from provider.cloud import Cloud
from provider.services.events.event_api_destination import EventApiDestination
from provider.services.events.event_archive import EventArchive
from provider.services.events.event_connection import EventConnection
from provider.services.events.event_target import EventTarget
from tests.local.provider.buses import bus_with_rule, created
from tests.local.provider.queues import SECONDS, inbox

ROLE = "arn:aws:iam::000000000000:role/deliver"


def publish(cloud: Cloud, bus: str, *sources: str) -> None:
    """Put one event of each source on the bus; its detail contains its number."""
    entries = [
        {"EventBusName": bus, "Source": source, "DetailType": "made", "Detail": json.dumps({"n": n})}
        for n, source in enumerate(sources)
    ]
    assert cloud.client("events").put_events(Entries=entries)["FailedEntryCount"] == 0


def test_rule_delivers_what_it_matches_to_a_queue(cloud: Cloud) -> None:
    """The event that matches the pattern arrives in the shape of the target's transformer."""
    arrivals = inbox(cloud, "delivered")
    inputs: Properties = {**bus_with_rule(cloud, "delivering"), "arn": arrivals.arn}
    target = EventTarget().create(cloud, inputs)

    publish(cloud, "delivering", "strata.others", "strata.users")
    (event,) = arrivals.receive()
    shaped = {"inputPaths": {"n": "$.detail.n"}, "inputTemplate": '{"number": <n>}'}
    EventTarget().update(cloud, target, inputs, {**inputs, "inputTransformer": shaped})
    publish(cloud, "delivering", "strata.users")

    assert (event["source"], event["detail-type"], event["detail"]) == ("strata.users", "made", {"n": 1})
    assert arrivals.receive() == [{"number": 0}]


def test_archive_replays_its_events(cloud: Cloud) -> None:
    """A replay delivers the archived events again, marked with its name, and no other events."""
    arrivals = inbox(cloud, "replayed")
    place = bus_with_rule(cloud, "replaying")
    EventTarget().create(cloud, {**place, "arn": arrivals.arn})
    arn = cloud.arn("events", "event-bus/replaying")
    publish(cloud, "replaying", "strata.users")
    archive = created(cloud, EventArchive(), {"name": "replaying", "eventSourceArn": arn, "retentionDays": 1})
    publish(cloud, "replaying", "strata.users", "strata.users")
    first = arrivals.receive(3)

    now = datetime.now(UTC)
    cloud.client("events").start_replay(
        ReplayName="again",
        EventSourceArn=archive["arn"],
        EventStartTime=now - timedelta(minutes=1),
        EventEndTime=now + timedelta(minutes=1),
        Destination={"Arn": arn},
    )

    again = arrivals.receive(2)
    assert sorted(event["detail"]["n"] for event in first) == [0, 0, 1]
    assert [event["detail"]["n"] for event in again] == [0, 1]
    assert {event["replay-name"] for event in again} == {"again"}
    assert {event["id"] for event in again} < {event["id"] for event in first}


@pytest.fixture
def partner() -> Iterator[tuple[str, queue.Queue[tuple[str, str | None, Any]]]]:
    """Yield an HTTP server's URL, and the path, key and JSON body of each request that it receives."""
    requests: queue.Queue[tuple[str, str | None, Any]] = queue.Queue()

    class Partner(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()
            requests.put((self.path, self.headers["X-Api-Key"], body))

        def log_message(self, *about: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Partner)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", requests
    server.shutdown()
    thread.join()
    server.server_close()


def test_api_destination_posts_with_the_key(
    cloud: Cloud, partner: tuple[str, queue.Queue[tuple[str, str | None, Any]]]
) -> None:
    """An event is posted with the connection's key, and with the new key after an update."""
    url, requests = partner
    signing_in: Properties = {
        "name": "outwards",
        "authorizationType": "API_KEY",
        "authParameters": {"apiKey": {"key": "X-Api-Key", "value": "first"}},
    }
    destination: Properties = {
        "name": "outwards",
        "connectionArn": created(cloud, EventConnection(), signing_in)["arn"],
        "httpMethod": "POST",
        "invocationEndpoint": f"{url}/hooks/*",
        "invocationRateLimitPerSecond": 10,
    }
    target: Properties = {
        **bus_with_rule(cloud, "outwards"),
        "arn": created(cloud, EventApiDestination(), destination)["arn"],
        "roleArn": ROLE,
        "inputPath": "$.detail",
        "httpTarget": {"pathParameterValues": ["users"]},
    }
    EventTarget().create(cloud, target)

    publish(cloud, "outwards", "strata.users")
    first = requests.get(timeout=SECONDS)
    rotated = {**signing_in, "authParameters": {"apiKey": {"key": "X-Api-Key", "value": "second"}}}
    EventConnection().update(cloud, "outwards", signing_in, rotated)
    publish(cloud, "outwards", "strata.users")

    assert first == ("/hooks/users", "first", {"n": 0})
    assert requests.get(timeout=SECONDS) == ("/hooks/users", "second", {"n": 0})
