"""Runs the tour of every domain: the requests that use each permission, kept in the domains' `tour.py`."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

from tests.local.events.bus import dead_letter
from tests.local.platform import Platform

FOLDER = Path(__file__).parents[1]


def tours() -> Iterator[ModuleType]:
    """Return the `tour` module of each domain that has one."""
    for path in sorted(FOLDER.glob("*/tour.py")):
        yield importlib.import_module(f"tests.local.{path.parent.name}.tour")


def run_tours(platform: Platform) -> None:
    """Run every tour, and send poison to every consumer; return when all of it was handled."""
    for module in tours():
        module.tour(platform)
    _poison(platform)


def _poison(platform: Platform) -> None:
    """Send an unreadable message to each function behind a queue, and an unreadable change to each stream."""
    poison = f"poison-{uuid4().hex}"
    mappings: Any = (
        platform.cloud.client("lambda")
        .get_paginator("list_event_source_mappings")
        .paginate()
        .build_full_result()["EventSourceMappings"]
    )
    queues = {(queue.kind, queue.to): name for name, queue in platform.operated.dead_letters.items()}
    expected: list[str] = []
    for mapping in mappings:
        function = mapping["FunctionArn"].partition(":function:")[2]
        if ("stream", function) in queues:
            _change_item(platform, mapping["EventSourceArn"], poison)
            expected += [queues["stream", function]] * 2
        elif ":sqs:" in mapping["EventSourceArn"]:
            url = _queue_url(platform, mapping["EventSourceArn"])
            platform.cloud.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(poison))
            expected.append(queues["queue", url])
    assert expected
    for queue in expected:
        dead_letter(platform, queue, poison)


def _queue_url(platform: Platform, arn: str) -> str:
    return platform.cloud.client("sqs").get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]


def _change_item(platform: Platform, stream_arn: str, poison: str) -> None:
    """Write and delete an item that is not one of the table's."""
    client, name = platform.cloud.client("dynamodb"), stream_arn.split("/")[1]
    (key,) = client.describe_table(TableName=name)["Table"]["KeySchema"]
    item = {key["AttributeName"]: {"S": poison}}
    client.put_item(TableName=name, Item=item)
    client.delete_item(TableName=name, Key=item)
