"""The tables that are computed from the graph of a stack."""

from __future__ import annotations

from typing import Any

import pytest

from tools.graph import Graph, Registered
from tools.tables.cost import ITEMS
from tools.tables.protection import effects_of

QUEUES = "arn:aws:sqs:us-east-1:123456789012:"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"


def resource(kind: str, name: str = "one", *, protect: bool = False, **inputs: Any) -> Registered:
    """Return a resource of a graph."""
    return Registered(name, kind, name, "", custom=True, protect=protect, dependencies=(), inputs=inputs)


@pytest.mark.parametrize(
    ("item", "effects"),
    [
        (resource("queue"), []),
        (resource("table", protect=True, deletionProtectionEnabled=True), ["Pulumi", "AWS"]),
        (resource("pool", deletionProtection="ACTIVE"), ["AWS"]),
        (resource("pool", deletionProtection="INACTIVE"), []),
        (resource("bucket", forceDestroy=False), ["objects"]),
        (resource("bucket", forceDestroy=True), []),
        (resource("layer", skipDestroy=True), ["never deleted"]),
        (resource("key", deletionWindowInDays=30.0), ["30 days"]),
        (resource("secret", recoveryWindowInDays=0), []),
    ],
)
def test_what_a_destroy_does_not_simply_delete(item: Registered, effects: list[str]) -> None:
    """Each protection of Pulumi and AWS has its words."""
    found = list(effects_of(item))

    assert len(found) == len(effects)
    assert all(text.endswith(effect) for text, effect in zip(found, effects, strict=True))


@pytest.mark.parametrize(
    ("item", "amounts"),
    [
        # Five polls at a time, every 20 seconds of 730 hours, at 0.40 USD per million.
        (resource(MAPPING, eventSourceArn=f"{QUEUES}one", scalingConfig={"maximumConcurrency": 2}), [0.2628]),
        (resource(MAPPING, eventSourceArn=f"{QUEUES}one"), [0.10512]),
        (resource(MAPPING, eventSourceArn="arn:aws:dynamodb:us-east-1:123456789012:table/one"), []),
        (resource("aws:cloudwatch/metricAlarm:MetricAlarm"), [0.1]),
        (resource("aws:lambda/function:Function", memorySize=512), []),
        (resource("aws:lambda/function:Function", memorySize=512, snapStart={}), [1.971]),
    ],
)
def test_cost_of_an_idle_resource(item: Registered, amounts: list[float]) -> None:
    """The cost follows from the inputs."""
    graph = Graph({item.urn: item})

    assert [cost for each in ITEMS for cost in each.amounts(graph)] == pytest.approx(amounts)
