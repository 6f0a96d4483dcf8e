"""How soon a change is told, and how many a second: through stream, bus, queue and consumer.

The floor has the same hops on the same emulator, with bare functions between them: a table of its own,
a function that puts each change on a bus of its own, and as many queues as the platform has consumers. One
of their functions posts to the browser, the others do nothing.
"""

from __future__ import annotations

import asyncio
import io
import json
import tempfile
import time
import uuid
import zipfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any, TypeVar

import aiohttp

from bench.table import Figure, show
from handlers.kit import clock
from local.deployment import people
from local.deployment.deployment import Deployment
from local.machine.ports import free_port
from provider.cloud import Cloud
from tests.checkout import copy

T = TypeVar("T")
Pair = tuple[float, float]
Rates = tuple[Pair, Pair]
"""Ours and the floor's, each until the browser is told and until all is done."""

CHANGES = 50
BURST = 500
COLD_ROUNDS = 3
CONSUMERS = 3
DEADLINE_SECONDS = 120.0
BATCH_WRITE = 25
POLL_SECONDS = 0.05
FLOOR = "bare functions behind the same hops"

PUBLISH = """
import boto3, json, os
events = boto3.client("events")

def handler(event, context):
    print(len(event["Records"]))  # Who writes nothing is waited for.
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
    """A browser that is told everything, and keeps when it heard of what."""

    session: aiohttp.ClientSession
    token: str
    heard: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def headers(self) -> dict[str, str]:
        """What shows who it is."""
        return {"Authorization": f"Bearer {self.token}"}

    async def ask(self, method: str, path: str, **how: Any) -> Any:
        """The API's answer, which must be none of its refusals."""
        async with self.session.request(method, path, headers=self.headers, **how) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Hear until the connection ends."""
        async for message in socket:
            self.heard.setdefault(message.json()["event"]["id"], time.perf_counter())

    async def told(self, *ids: str) -> float:
        """When it has heard of the last of these."""
        await _until(lambda: self.heard.keys() >= set(ids))
        return max(self.heard[each] for each in ids)


@dataclass
class Ours:
    """The platform: a user of its own is changed over HTTP."""

    cloud: Cloud
    outputs: dict[str, Any]
    browser: Browser
    user: str | None = None

    async def change(self) -> str:
        """Create the user, and change its name from then on."""
        if self.user is None:
            body = {"email": f"{uuid.uuid4().hex}@example.com", "name": "Ada"}
            self.user = (await self.browser.ask("POST", "/api/users", json=body))["id"]
            return f"user.created:{self.user}:1"
        body = {"name": uuid.uuid4().hex}
        changed = await self.browser.ask("PATCH", f"/api/users/{self.user}", json=body)
        return f"user.updated:{self.user}:{changed['version']}"

    def burst(self, count: int) -> Sequence[str]:
        """New users, as the handler would write them."""
        ids = [str(uuid.uuid4()) for _ in range(count)]
        _write(self.cloud, _table(self.cloud, "users"), [_user(each) for each in ids])
        return [f"user.created:{each}:1" for each in ids]

    def is_idle(self) -> bool:
        """Whether the consumers have nothing left."""
        letters = self.outputs["deadLetters"].values()
        return _are_empty(self.cloud, [each["to"] for each in letters if each["kind"] == "queue"])


@dataclass
class Bare:
    """The floor; an item is written straight into its table."""

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
        """Put an item."""
        (name,) = self._items(1)
        await asyncio.to_thread(_write, self.cloud, "bench", [name])
        return name["id"]["S"]

    def burst(self, count: int) -> Sequence[str]:
        """Put items."""
        items = self._items(count)
        _write(self.cloud, "bench", items)
        return [item["id"]["S"] for item in items]

    def is_idle(self) -> bool:
        """Whether the consumers have nothing left."""
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
            Runtime="python3.13",
            Handler="main.handler",
            Role=self._role,
            Timeout=10,
            Environment={"Variables": {"BUS": "bench", "GATEWAY": self.gateway}},
            Code={"ZipFile": _zipped(code)},
        )
        starting = {"StartingPosition": "TRIM_HORIZON"} if ":dynamodb:" in source else {}
        functions.create_event_source_mapping(
            EventSourceArn=source, FunctionName=name, BatchSize=batch_size, **starting
        )


@dataclass
class Bench:
    """A copy of the platform with the floor beside it, and a browser that hears from both."""

    deployment: Deployment
    ports: tuple[int, int] = field(default_factory=lambda: (free_port(), free_port()))

    def started(self, measure: Callable[[Browser, Ours, Bare], Awaitable[T]]) -> T:
        """Measure both just made: no function but those that let the browser in has run."""
        self.deployment.reset()
        # Not within the loop: the program is run by one of its own.
        url = self.deployment.up(_unsaid, _unsaid, *self.ports).url
        return asyncio.run(self._visit(url, measure))

    async def _visit(self, url: str, measure: Callable[[Browser, Ours, Bare], Awaitable[T]]) -> T:
        cloud, outputs = self.deployment.emulator.cloud, self.deployment.outputs
        bare = Bare(cloud, outputs["webSocketUrl"].replace("ws", "http", 1))
        async with aiohttp.ClientSession(url) as session:
            browser = Browser(session, people.token(cloud, outputs))
            ticket = (await browser.ask("POST", "/api/realtime/ticket"))["ticket"]
            async with session.ws_connect("/ws", params={"ticket": ticket}) as socket:
                bare.connection = _connection(cloud)
                listening = asyncio.create_task(browser.listen(socket))
                measured = await measure(browser, Ours(cloud, outputs, browser), bare)
            await listening
        return measured


def main() -> None:
    """Bring a copy of the platform up and measure it."""
    with tempfile.TemporaryDirectory() as folder:
        root = copy(Path(folder) / "strata")
        deployment = Deployment(root, root / ".local")
        try:
            _measure(Bench(deployment))
        finally:
            deployment.reset()


def _measure(bench: Bench) -> None:
    cold = [bench.started(_latencies) for _ in range(COLD_ROUNDS)]
    first, again, warm = bench.started(_burst_and_warm)
    show(
        "a change, until the browser is told of it",
        [
            _of("cold: the first after up", cold, median),
            _of("warm, median", warm, median),
            _of("warm, p95", warm, _p95),
        ],
    )
    show(
        f"{BURST} changes at once",
        [
            Figure(f"{when}, until {what}", mine, its, FLOOR, "events/s")
            for when, (ours, floor) in {"cold": first, "warm": again}.items()
            for what, mine, its in zip(
                ("the browser is told of all", "no queue has any"), ours, floor, strict=True
            )
        ],
    )


async def _burst_and_warm(browser: Browser, ours: Ours, bare: Bare) -> tuple[Rates, Rates, list[Pair]]:
    first, again = [(await _rates(browser, ours), await _rates(browser, bare)) for _ in range(2)]
    return first, again, [await _latencies(browser, ours, bare) for _ in range(CHANGES)]


async def _latencies(browser: Browser, ours: Ours, bare: Bare) -> Pair:
    """Ours and the floor's, by turns: a machine that slows down slows both alike."""
    return await _latency(browser, ours), await _latency(browser, bare)


async def _latency(browser: Browser, way: Ours | Bare) -> float:
    """Seconds from when a change is accepted until the browser is told of it."""
    event = await way.change()
    accepted = time.perf_counter()
    return await browser.told(event) - accepted


async def _rates(browser: Browser, way: Ours | Bare) -> Pair:
    """Events a second until the browser is told of all, and until no consumer has any left.

    The second tells of what failed too: it comes again after its queue's visibility timeout.
    """
    started = time.perf_counter()
    told = await browser.told(*await asyncio.to_thread(way.burst, BURST))
    await asyncio.to_thread(_drain, way)
    return BURST / (told - started), BURST / (time.perf_counter() - started)


def _drain(way: Ours | Bare) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not way.is_idle():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the consumers were not done within {DEADLINE_SECONDS:g} s")
        time.sleep(POLL_SECONDS)


def _of(name: str, pairs: Sequence[Pair], which: Callable[[Sequence[float]], float]) -> Figure:
    """A figure of pairs of seconds: ours and the floor's."""
    ours, floor = (which(series) * 1_000 for series in zip(*pairs, strict=True))
    return Figure(name, ours, floor, FLOOR)


def _p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1]


def _write(cloud: Cloud, table: str, items: Sequence[dict[str, Any]]) -> None:
    dynamodb: Any = cloud.client("dynamodb")
    for start in range(0, len(items), BATCH_WRITE):
        writes = [{"PutRequest": {"Item": item}} for item in items[start : start + BATCH_WRITE]]
        dynamodb.batch_write_item(RequestItems={table: writes})


def _user(user_id: str) -> dict[str, Any]:
    """A new user's item, as far as its event needs it."""
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
    """The physical name of one of the stack's tables."""
    names: list[str] = cloud.client("dynamodb").list_tables()["TableNames"]
    (found,) = [each for each in names if f"-{name}-" in each]
    return found


def _connection(cloud: Cloud) -> str:
    """The id of the one connection that there is."""
    (item,) = cloud.client("dynamodb").scan(TableName=_table(cloud, "connections"))["Items"]
    return item["connectionId"]["S"]


def _are_empty(cloud: Cloud, queues: Sequence[str]) -> bool:
    """Whether the queues have no message, hidden ones counted too."""
    sqs: Any = cloud.client("sqs")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answers = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"] for url in queues]
    return not any(int(answer[name]) for answer in answers for name in names)


async def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the browser was not told within {DEADLINE_SECONDS:g} s")
        await asyncio.sleep(0.002)


def _unsaid(_: object) -> None:
    """What `up` would tell a person."""


def _zipped(code: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr("main.py", code)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
