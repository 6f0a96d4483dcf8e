"""The inventory of a stack that operators need: log groups and dead-letter queues."""

from __future__ import annotations

from collections.abc import Mapping
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
class Inventory:
    """What components add as they are declared.

    Attributes:
        log_groups: the log group of each function, by component name.
        dead_letters: the dead-letter queues, by component name.
    """

    log_groups: dict[str, pulumi.Output[str]] = field(default_factory=dict[str, pulumi.Output[str]])
    dead_letters: dict[str, DeadLetters] = field(default_factory=dict[str, DeadLetters])

    def use_depths(self) -> Use:
        """Allow reading the depth of every dead-letter queue so far, and pass their URLs as JSON."""
        queues = dict(self.dead_letters)
        urls = pulumi.Output.json_dumps({name: queue.url for name, queue in queues.items()})
        grant = Grant(("sqs:GetQueueAttributes",), tuple(queue.arn for queue in queues.values()))
        return Use((grant,), {"DEAD_LETTERS": urls})

    def outputs(self) -> dict[str, Mapping[str, object]]:
        """Return the stack outputs `logGroups` and `deadLetters`."""
        dead_letters = {
            name: {"url": each.url, "kind": each.kind, "to": each.to}
            for name, each in sorted(self.dead_letters.items())
        }
        return {"logGroups": dict(sorted(self.log_groups.items())), "deadLetters": dead_letters}
