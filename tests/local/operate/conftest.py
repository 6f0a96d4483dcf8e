"""A small stack in the embedded cloud, which the commands find by its outputs."""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from operate.cli import main
from provider.cloud import Cloud

DEADLINE_SECONDS = 20.0

EVENT = {
    "detail-type": "user.created",
    "source": "strata.users",
    "detail": {"metadata": {"id": "e-1", "correlationId": "c-1"}, "data": {}},
}


@dataclass
class Stack:
    """A stack whose resources tests create one by one, under unique names.

    Attributes:
        cloud: the embedded cloud.
        directory: the directory with the stack's outputs.
        name: the stack's unique name.
        outputs: the stack's outputs.
    """

    cloud: Cloud
    directory: Path
    name: str = field(default_factory=lambda: f"s{uuid.uuid4().hex[:12]}")
    outputs: dict[str, Any] = field(
        default_factory=lambda: {"logGroups": {}, "deadLetters": {}, "subscribers": [], "publishers": []}
    )

    def operate(self, *arguments: str) -> int:
        """Run a command on this stack and return its exit status."""
        self.save()
        return main(arguments, self.directory)

    def save(self) -> None:
        """Write the outputs file."""
        (self.directory / "outputs.json").write_text(json.dumps(self.outputs))

    def bus(self) -> str:
        """Create the event bus and its archive; return its name."""
        events = self.cloud.client("events")
        arn = events.create_event_bus(Name=self.name)["EventBusArn"]
        self.outputs["eventBus"] = self.name
        self.outputs["eventArchive"] = events.create_archive(ArchiveName=self.name, EventSourceArn=arn)[
            "ArchiveArn"
        ]
        return self.name

    def queue(self, name: str, rule: dict[str, Any] | None = None) -> str:
        """Create a queue and return its URL; with an event pattern, subscribe it to the bus."""
        sqs = self.cloud.client("sqs")
        url = sqs.create_queue(QueueName=f"{self.name}-{name}", Attributes={"VisibilityTimeout": "1"})[
            "QueueUrl"
        ]
        if rule:
            events, full = self.cloud.client("events"), f"{self.name}-bus-{name}-0123abc"
            events.put_rule(Name=full, EventBusName=self.name, EventPattern=json.dumps(rule))
            arn = self.cloud.arn("sqs", f"{self.name}-{name}")
            events.put_targets(Rule=full, EventBusName=self.name, Targets=[{"Id": "1", "Arn": arn}])
        return url

    def dead_letters(self, name: str, kind: str, to: str) -> str:
        """Create a dead-letter queue, add it to the outputs, and return its URL."""
        url = self.queue(f"{name}-dead")
        self.outputs["deadLetters"][name] = {"url": url, "kind": kind, "to": to}
        return url

    def function(self, name: str, code: str) -> str:
        """Create a function and return its name; `code` is a module that defines `handler`."""
        full = f"{self.name}-{name}"
        role = self.cloud.client("iam").create_role(
            RoleName=full, AssumeRolePolicyDocument=json.dumps(TRUST), Path="/"
        )["Role"]["Arn"]
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as bundle:
            bundle.writestr("index.py", code)
        self.cloud.client("lambda").create_function(
            FunctionName=full,
            Runtime="python3.13",
            Role=role,
            Handler="index.handler",
            Code={"ZipFile": archive.getvalue()},
        )
        self.outputs["logGroups"][name] = f"/aws/lambda/{full}"
        return full

    def log(self, name: str, *lines: dict[str, Any] | str) -> None:
        """Write log entries of a function, with the current time."""
        logs, group = self.cloud.client("logs"), f"/aws/lambda/{self.name}-{name}"
        if name not in self.outputs["logGroups"]:
            logs.create_log_group(logGroupName=group)
            self.outputs["logGroups"][name] = group
        stream = uuid.uuid4().hex
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        now = int(time.time() * 1_000)
        logs.put_log_events(
            logGroupName=group,
            logStreamName=stream,
            logEvents=[{"timestamp": now, "message": text} for text in texts],
        )

    def send(self, url: str, body: Any, **attributes: str) -> None:
        """Send a message to a queue."""
        self.cloud.client("sqs").send_message(
            QueueUrl=url,
            MessageBody=body if isinstance(body, str) else json.dumps(body),
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        )

    def take(self, url: str, count: int) -> list[dict[str, Any]]:
        """Wait for a number of messages, delete them from the queue, and return them."""
        sqs, taken = self.cloud.client("sqs"), list[dict[str, Any]]()
        deadline = time.monotonic() + DEADLINE_SECONDS
        while len(taken) < count:
            assert time.monotonic() < deadline, f"received {len(taken)} of {count} messages"
            response = sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1, MessageAttributeNames=["All"]
            )
            for message in response.get("Messages", []):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                taken.append(message)
        return taken

    def visible(self, url: str) -> int:
        """Return the number of visible messages of a queue."""
        name = "ApproximateNumberOfMessages"
        response = self.cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        return int(response["Attributes"][name])


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@pytest.fixture
def stack(cloud: Cloud, tmp_path: Path) -> Iterator[Stack]:
    """An empty stack with a bus, whose archive is deleted at the end."""
    created = Stack(cloud, tmp_path)
    created.bus()
    port = int(cloud.endpoint.rpartition(":")[2])
    (tmp_path / "emulator.json").write_text(json.dumps({"pid": 1, "port": port}))
    created.save()
    yield created
    cloud.client("events").delete_archive(ArchiveName=created.name)


def until(condition: Callable[[], Any]) -> Any:
    """Wait until a function returns a true value, and return it."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.05)
    return value
