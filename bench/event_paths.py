"""The two paths that an event can take to a browser: through the platform, and through bare functions.

The bare path is the floor. It has the same hops on the same emulator: a table, a function that puts each
change on an event bus, and as many queues with a consumer as the platform has. One of its consumers posts
to the browser, the others do nothing.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bench.deployed import RUNTIME, zipped
from handlers.kit import clock
from local.deployment.people import Renewed
from provider.cloud import Cloud

CONSUMERS = 3
DEADLINE_SECONDS = 120.0
BATCH_WRITE = 25

PUBLISH = """
import boto3, json, os
events = boto3.client("events")

def handler(event, context):
    print(len(event["Records"]))  # The emulator waits for a function that writes nothing.
    images = [record["dynamodb"]["NewImage"] for record in event["Records"]]
    details = [json.dumps({name: image[name]["S"] for name in ("id", "connection")}) for image in images]
    for start in range(0, len(details), 10):
        events.put_events(Entries=[
            {"EventBusName": os.environ["BUS"], "Source": "bench", "DetailType": "bench", "Detail": detail}
            for detail in details[start:start + 10]
        ])
"""
POST = """
import boto3, json, os
gateway = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["GATEWAY"])

def handler(event, context):
    print(len(event["Records"]))
    for record in event["Records"]:
        detail = json.loads(record["body"])["detail"]
        message = json.dumps({"type": "event", "event": {"id": detail["id"]}})
        gateway.post_to_connection(ConnectionId=detail["connection"], Data=message)
"""
NOTHING = """
def handler(event, context):
    print(len(event["Records"]))
"""

LAMBDA = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass
class Browser:
    """A browser that receives every event and keeps the time at which each one arrived."""

    session: aiohttp.ClientSession
    token: Renewed
    received: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def headers(self) -> dict[str, str]:
        """The headers that authenticate a request."""
        return {"Authorization": f"Bearer {self.token()}"}

    async def ask(self, method: str, path: str, **how: Any) -> Any:
        """Send a request to the API and return the body of the response.

        Raises:
            ClientResponseError: the status is 400 or above.
        """
        async with self.session.request(method, path, headers=self.headers, **how) as response:
            response.raise_for_status()
            return await response.json()

    async def listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Receive events until the connection ends."""
        async for message in socket:
            self.received.setdefault(message.json()["event"]["id"], time.perf_counter())

    async def arrival(self, *ids: str) -> float:
        """Wait for events and return the time at which the last of them arrived."""
        await _until(lambda: self.received.keys() >= set(ids))
        return max(self.received[each] for each in ids)


@dataclass
class PlatformPath:
    """The platform: each change updates one user over HTTP."""

    cloud: Cloud
    outputs: dict[str, Any]
    browser: Browser
    user: str | None = None

    async def change(self) -> str:
        """Create the user, or change its name from then on; return the event's id."""
        if self.user is None:
            body = {"email": f"{uuid.uuid4().hex}@example.com", "name": "Ada"}
            self.user = (await self.browser.ask("POST", "/api/users", json=body))["id"]
            return f"user.created:{self.user}:1"
        body = {"name": uuid.uuid4().hex}
        changed = await self.browser.ask("PATCH", f"/api/users/{self.user}", json=body)
        return f"user.updated:{self.user}:{changed['version']}"

    def burst(self, count: int) -> Sequence[str]:
        """Write new users as the handler does; return the ids of their events."""
        ids = [str(uuid.uuid4()) for _ in range(count)]
        _write(self.cloud, _table(self.cloud, "users"), [_user(each) for each in ids])
        return [f"user.created:{each}:1" for each in ids]

    def is_idle(self) -> bool:
        """Return whether the consumers have no message left."""
        queues = self.outputs["deadLetters"].values()
        return _are_empty(self.cloud, [each["to"] for each in queues if each["kind"] == "queue"])


@dataclass
class BarePath:
    """The floor: each change is an item that is written to its table."""

    cloud: Cloud
    gateway: str
    connection: str = ""
    _queues: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        events: Any = self.cloud.client("events")
        iam: Any = self.cloud.client("iam")
        self._role = iam.create_role(RoleName="bench", AssumeRolePolicyDocument=json.dumps(LAMBDA))["Role"][
            "Arn"
        ]
        iam.put_role_policy(RoleName="bench", PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))
        events.create_event_bus(Name="bench")
        for number in range(CONSUMERS):
            self._consumer(f"bench-{number}", NOTHING if number else POST)
        stream = self._stream()
        self._function("bench-publish", PUBLISH, stream, 100)

    async def change(self) -> str:
        """Put an item; return the event's id."""
        (name,) = self._items(1)
        await asyncio.to_thread(_write, self.cloud, "bench", [name])
        return name["id"]["S"]

    def burst(self, count: int) -> Sequence[str]:
        """Put items; return the ids of their events."""
        items = self._items(count)
        _write(self.cloud, "bench", items)
        return [item["id"]["S"] for item in items]

    def is_idle(self) -> bool:
        """Return whether the consumers have no message left."""
        return _are_empty(self.cloud, self._queues)

    def _items(self, count: int) -> list[dict[str, Any]]:
        return [{"id": {"S": uuid.uuid4().hex}, "connection": {"S": self.connection}} for _ in range(count)]

    def _stream(self) -> str:
        dynamodb: Any = self.cloud.client("dynamodb")
        return dynamodb.create_table(
            TableName="bench",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )["TableDescription"]["LatestStreamArn"]

    def _consumer(self, name: str, code: str) -> None:
        sqs: Any = self.cloud.client("sqs")
        events: Any = self.cloud.client("events")
        self._queues.append(sqs.create_queue(QueueName=name)["QueueUrl"])
        queue = self.cloud.arn("sqs", name)
        events.put_rule(Name=name, EventBusName="bench", EventPattern='{"source": ["bench"]}')
        events.put_targets(Rule=name, EventBusName="bench", Targets=[{"Id": name, "Arn": queue}])
        self._function(name, code, queue, 10)

    def _function(self, name: str, code: str, source: str, batch_size: int) -> None:
        functions: Any = self.cloud.client("lambda")
        functions.create_function(
            FunctionName=name,
            Runtime=RUNTIME,
            Handler="main.handler",
            Role=self._role,
            Timeout=10,
            Environment={"Variables": {"BUS": "bench", "GATEWAY": self.gateway}},
            Code={"ZipFile": zipped(code)},
        )
        starting = {"StartingPosition": "TRIM_HORIZON"} if ":dynamodb:" in source else {}
        functions.create_event_source_mapping(
            EventSourceArn=source, FunctionName=name, BatchSize=batch_size, **starting
        )


def connection(cloud: Cloud) -> str:
    """Return the id of the only connection."""
    (item,) = cloud.client("dynamodb").scan(TableName=_table(cloud, "connections"))["Items"]
    return item["connectionId"]["S"]


def _write(cloud: Cloud, table: str, items: Sequence[dict[str, Any]]) -> None:
    dynamodb: Any = cloud.client("dynamodb")
    for start in range(0, len(items), BATCH_WRITE):
        writes = [{"PutRequest": {"Item": item}} for item in items[start : start + BATCH_WRITE]]
        dynamodb.batch_write_item(RequestItems={table: writes})


def _user(user_id: str) -> dict[str, Any]:
    """Return a new user's item with the attributes that its event needs."""
    now = clock.now()
    texts = {
        "email": f"{user_id}@example.com",
        "name": "Ada",
        "status": "active",
        "createdAt": now,
        "updatedAt": now,
    }
    cause = {"M": {"correlationId": {"S": user_id}}}
    return {"id": {"S": user_id}, "version": {"N": "1"}, "cause": cause} | {
        name: {"S": text} for name, text in texts.items()
    }


def _table(cloud: Cloud, name: str) -> str:
    """Return the physical name of one of the stack's tables."""
    names: list[str] = cloud.client("dynamodb").list_tables()["TableNames"]
    (found,) = [each for each in names if f"-{name}-" in each]
    return found


def _are_empty(cloud: Cloud, queues: Sequence[str]) -> bool:
    """Return whether the queues have no message, visible or in flight."""
    sqs: Any = cloud.client("sqs")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"] for url in queues]
    return not any(int(attributes[name]) for attributes in found for name in names)


async def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the browser did not receive the events within {DEADLINE_SECONDS:g} s")
        await asyncio.sleep(0.002)
