"""The table of what a stack without traffic costs, for docs/operations.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tools.graph import Graph
from tools.tables.markdown import table
from tools.tables.stacks import graph_of

MONTH_SECONDS = 730 * 3_600
POLL_SECONDS = 20
"""The longest that SQS waits for a message (WaitTimeSeconds)."""
POLLERS, FEWEST_POLLERS = 5, 2
"""How often Lambda polls an idle queue at once. It polls less only without a limit of concurrency:
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"""

ALARM, KEY, SECRET, POLL = 0.10, 1.00, 0.40, 0.40 / 1_000_000
WEB_ACL, WEB_ACL_RULE = 5.00, 1.00
SNAPSHOT_SECOND = 0.0000015
"""Prices in USD: per month, per request, and per GB and second of a SnapStart version."""


class Item(NamedTuple):
    """One line of the bill.

    Attributes:
        name: what costs something.
        amounts: the cost of each of them in a stack, in USD per month.
    """

    name: str
    amounts: Callable[[Graph], list[float]]


def _each(kind: str, price: float) -> Callable[[Graph], list[float]]:
    return lambda graph: [price for _ in graph.of(kind)]


def _polls(graph: Graph) -> list[float]:
    """Return the cost of the empty polls of each queue that Lambda reads."""
    mappings = graph.of("aws:lambda/eventSourceMapping:EventSourceMapping").values()
    queues = [item.inputs for item in mappings if ":sqs:" in item.inputs["eventSourceArn"]]
    pollers = [POLLERS if "scalingConfig" in each else FEWEST_POLLERS for each in queues]
    return [each * MONTH_SECONDS / POLL_SECONDS * POLL for each in pollers]


def _snapshots(graph: Graph) -> list[float]:
    """Return the cost of one version of each function with SnapStart."""
    functions = [item.inputs for item in graph.of("aws:lambda/function:Function").values()]
    sizes = [each["memorySize"] / 1_024 for each in functions if "snapStart" in each]
    return [size * MONTH_SECONDS * SNAPSHOT_SECOND for size in sizes]


def _web_acls(graph: Graph) -> list[float]:
    """Return the cost of each web ACL with its rules."""
    rules = [item.inputs["rules"] for item in graph.of("aws:wafv2/webAcl:WebAcl").values()]
    return [WEB_ACL + len(each) * WEB_ACL_RULE for each in rules]


ITEMS = (
    Item("alarms", _each("aws:cloudwatch/metricAlarm:MetricAlarm", ALARM)),
    Item("empty polls of queues by Lambda", _polls),
    Item("KMS keys", _each("aws:kms/key:Key", KEY)),
    Item("secrets", _each("aws:secretsmanager/secret:Secret", SECRET)),
    Item("SnapStart, one version of each function", _snapshots),
    Item("web ACLs with their rules", _web_acls),
)


def cost() -> str:
    """Return the table of the items with their number and cost in `dev` and in `prod`, and the sums."""
    graphs = [graph_of(stack) for stack in ("dev", "prod")]
    amounts = {item.name: [item.amounts(graph) for graph in graphs] for item in ITEMS}
    sums = [sum(sum(columns[column]) for columns in amounts.values()) for column in range(len(graphs))]
    rows = [(name, *map(_cell, columns)) for name, columns in amounts.items()]
    return table(("USD per month", "dev", "prod"), [*rows, ("sum", *(f"{each:.2f}" for each in sums))])


def _cell(amounts: list[float]) -> str:
    return f"{sum(amounts):.2f} for {len(amounts)}" if amounts else "none"
