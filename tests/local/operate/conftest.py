"""A small stack in the embedded cloud, as operators find it: by its outputs alone."""

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


@dataclass
class Stack:
    """What a stack's outputs name, made one by one; every name is the stack's own.

    Attributes:
        cloud: where it stands.
        directory: where `operate` finds its outputs.
    """

    cloud: Cloud
    directory: Path
    name: str = field(default_factory=lambda: f"s{uuid.uuid4().hex[:12]}")
    outputs: dict[str, Any] = field(default_factory=lambda: {"logGroups": {}, "deadLetters": {}})

    def operate(self, *arguments: str) -> int:
        """Run a command against this stack; answer its exit status."""
        self.save()
        return main(arguments, self.directory)

    def save(self) -> None:
        """Leave on file what `operate` reads."""
        (self.directory / "outputs.json").write_text(json.dumps(self.outputs))

    def bus(self) -> str:
        """The stack's event bus with its archive."""
        events = self.cloud.client("events")
        arn = events.create_event_bus(Name=self.name)["EventBusArn"]
        self.outputs["eventBus"] = self.name
        self.outputs["eventArchive"] = events.create_archive(ArchiveName=self.name, EventSourceArn=arn)[
            "ArchiveArn"
        ]
        return self.name

    def queue(self, name: str, rule: dict[str, Any] | None = None) -> str:
        """A queue's URL; with a pattern, the bus's events of that pattern go there."""
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
        """The URL of a dead-letter queue that stands in the outputs."""
        url = self.queue(f"{name}-dead")
        self.outputs["deadLetters"][name] = {"url": url, "kind": kind, "to": to}
        return url

    def function(self, name: str, code: str) -> str:
        """The name of a function with its log group; `code` is a module with a handler `handler`."""
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
        """Let a function have logged these lines just now."""
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
        """Put a message into a queue."""
        self.cloud.client("sqs").send_message(
            QueueUrl=url,
            MessageBody=body if isinstance(body, str) else json.dumps(body),
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        )

    def take(self, url: str, count: int) -> list[dict[str, Any]]:
        """So many messages of a queue, for good, waited for."""
        sqs, taken = self.cloud.client("sqs"), list[dict[str, Any]]()
        deadline = time.monotonic() + DEADLINE_SECONDS
        while len(taken) < count:
            assert time.monotonic() < deadline, f"{len(taken)} of {count} messages came"
            answer = sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1, MessageAttributeNames=["All"]
            )
            for message in answer.get("Messages", []):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                taken.append(message)
        return taken

    def visible(self, url: str) -> int:
        """How many messages of a queue anybody could take now."""
        name = "ApproximateNumberOfMessages"
        answer = self.cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        return int(answer["Attributes"][name])


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@pytest.fixture
def stack(cloud: Cloud, tmp_path: Path) -> Iterator[Stack]:
    """An empty stack with a bus; the bus goes at the end."""
    made = Stack(cloud, tmp_path)
    made.bus()
    port = int(cloud.endpoint.rpartition(":")[2])
    (tmp_path / "emulator.json").write_text(json.dumps({"pid": 1, "port": port}))
    made.save()
    yield made
    cloud.client("events").delete_archive(ArchiveName=made.name)


def until(what: Callable[[], Any]) -> Any:
    """The first value that is true; waited for."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (value := what()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)
    return value
