"""The inventory of a stack that operators need: log groups, dead-letter queues, and who receives events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pulumi

from components.iam import Grant
from components.use import Use

Kind = Literal["queue", "rule", "topic", "function", "schedule", "stream"]
"""What sends messages to a dead-letter queue."""


@dataclass(frozen=True)
class DeadLetters:
    """One dead-letter queue.

    Attributes:
        url: the queue's URL.
        arn: its ARN.
        kind: what sends messages to it.
        to: where a redrive sends them: the URL of a queue, the name of a function, or an ARN.
    """

    url: pulumi.Output[str]
    arn: pulumi.Output[str]
    kind: Kind
    to: pulumi.Output[str]


@dataclass(frozen=True)
class Subscription:
    """One subscription to the event bus that ends at a queue or a function.

    Attributes:
        types: the event types that its pattern may match.
        filtered: whether the pattern may reject events of these types.
        target: the component name of the queue or the function.
    """

    types: Sequence[str]
    filtered: bool
    target: str


@dataclass(frozen=True)
class Inventory:
    """What components add as they are declared.

    Attributes:
        log_groups: the log group of each function, by component name.
        dead_letters: the dead-letter queues, by component name.
        subscriptions: the subscriptions to the event bus, by component name.
        consumers: the functions that handle the messages of queues, by the queues' component names.
        publishers: the functions that publish the changes of tables.
    """

    log_groups: dict[str, pulumi.Output[str]] = field(default_factory=dict[str, pulumi.Output[str]])
    dead_letters: dict[str, DeadLetters] = field(default_factory=dict[str, DeadLetters])
    subscriptions: dict[str, Subscription] = field(default_factory=dict[str, Subscription])
    consumers: dict[str, str] = field(default_factory=dict[str, str])
    publishers: list[str] = field(default_factory=list[str])

    def use_depths(self) -> Use:
        """Allow reading the depth of every dead-letter queue so far, and pass their URLs as JSON."""
        queues = dict(self.dead_letters)
        urls = pulumi.Output.json_dumps({name: queue.url for name, queue in queues.items()})
        grant = Grant(("sqs:GetQueueAttributes",), tuple(queue.arn for queue in queues.values()))
        return Use((grant,), {"DEAD_LETTERS": urls})

    def outputs(self) -> dict[str, object]:
        """Return the stack outputs `logGroups`, `deadLetters`, `subscribers` and `publishers`."""
        dead_letters = {
            name: {"url": each.url, "kind": each.kind, "to": each.to}
            for name, each in sorted(self.dead_letters.items())
        }
        return {
            "logGroups": dict(sorted(self.log_groups.items())),
            "deadLetters": dead_letters,
            "subscribers": [
                self._subscriber(name, each) for name, each in sorted(self.subscriptions.items())
            ],
            "publishers": sorted(self.publishers),
        }

    def _subscriber(self, name: str, subscription: Subscription) -> Mapping[str, object]:
        dead_letters = [f"{each}-dead-letters" for each in (name, subscription.target)]
        return {
            "function": self.consumers.get(subscription.target, subscription.target),
            "types": list(subscription.types),
            "filtered": subscription.filtered,
            "deadLetters": [each for each in dead_letters if each in self.dead_letters],
        }
