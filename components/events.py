"""The event bus: each event is published once and delivered to every subscriber."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from components import limits
from components.base import Component, claim
from components.catalogue import Catalogue
from components.dead_letters import RETRY, DeadLetterQueue
from components.function import Function
from components.iam import Grant
from components.inventory import Subscription
from components.key import EVENTBRIDGE
from components.pattern import Pattern, Shape
from components.queue import Queue
from components.role import ServiceRole
from components.runtime import Runtime
from components.topic import Topic
from components.trust import SourceArn
from components.use import Use

RULE_NAME = 64
"""The most characters of a rule's name, a target's id and an API destination's name:
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html"""

Target = Function | Queue | Topic | aws.sfn.StateMachine


class EventBus(Component):
    """An event bus with an archive of every event.

    Delivery to a target is retried for a day; an event that is still undelivered goes to the target's own
    dead-letter queue.

    Example:
        bus = EventBus("events", {"strata.orders": {"order.placed": None}}, runtime)
        bus.subscribe("mails", {"source": ["strata.orders"]}, queue)

    Args:
        catalogue: the sources that may publish, each with its detail types and the fields of their details,
            or None for any fields. Patterns and permissions may name only these. `partner.*` matches every
            source with that prefix.

    Attributes:
        bus_name: the physical name.
        arn: the bus's ARN.
        archive_arn: the archive's ARN, the source of a replay.
    """

    name_limit = 48

    def __init__(
        self,
        name: str,
        catalogue: Mapping[str, Mapping[str, Shape | None]],
        runtime: Runtime,
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        settings = runtime.settings
        self._runtime = runtime
        self._catalogue = Catalogue(catalogue)
        bus = aws.cloudwatch.EventBus(name, tags=self.tags, opts=self.child())
        archive = aws.cloudwatch.EventArchive(
            name,
            event_source_arn=bus.arn,
            retention_days=settings.events.archive_days,
            opts=self.child(protect=settings.production),
        )
        self.bus_name, self.arn = bus.name, bus.arn
        self.archive_arn = archive.arn
        self.register_outputs({"busName": bus.name, "archiveArn": archive.arn})

    def use(self, *sources: str) -> Use:
        """Allow publishing events of these sources of the catalogue, and pass the bus's name.

        Raises:
            ValueError: for a source that the catalogue does not have.
        """
        self._catalogue.check_sources(f"bus {self.name}", sources)
        operator = "StringLike" if any("*" in source for source in sources) else "StringEquals"
        # The key has the sources of all entries of a call. ForAllValues also matches a call without the key.
        condition = {
            f"ForAllValues:{operator}": {"events:source": sorted(sources)},
            "Null": {"events:source": "false"},
        }
        grant = Grant(("events:PutEvents",), (self.arn,), condition=condition)
        return Use((grant,), {"EVENT_BUS": self.bus_name})

    def subscribe(self, name: str, pattern: Pattern, target: Target) -> None:
        """Deliver the events that match the pattern to a function, queue, topic or state machine.

        Raises:
            ValueError: for a pattern that could never match, a function that is not asynchronous, a queue
                that has a source already, or a name that is taken or too long.
        """
        full = f"{self.name}-{name}"
        if isinstance(target, Function):
            target.require_asynchronous(f"subscription {full}")
        rule = self._rule(full, pattern)
        if isinstance(target, Function | Queue):
            self._runtime.inventory.subscriptions[full] = Subscription(
                self._catalogue.types_of(pattern), self._catalogue.is_filtered(pattern), target.name
            )
        match target:
            case Function():
                permission = target.allow_service(full, EVENTBRIDGE, rule.arn)
                self._target(full, rule, target.arn, to=target.function_name, after=[permission])
            case Queue():
                target.allow_service(EVENTBRIDGE, rule.arn)
                self._target(full, rule, target.arn, to=target.url, after=[target.policy])
            case Topic():
                target.allow_service(EVENTBRIDGE, rule.arn)
                self._target(full, rule, target.arn, to=target.arn, after=[target.policy])
            case aws.sfn.StateMachine():
                self._target_as(full, rule, "states:StartExecution", target.arn)

    def deliver(
        self,
        name: str,
        pattern: Pattern,
        *,
        url: str,
        rate_limit: int,
        header: str,
        key: pulumi.Input[str],
    ) -> None:
        """POST the events that match the pattern to an external URL, at most `rate_limit` a second.

        The URL must use https, except on the embedded cloud. Each request carries `key` in the header
        `header`.

        Raises:
            ValueError: for a URL without TLS, a pattern that could never match, a rate outside EventBridge's
                limits, or a name that is taken or too long.
        """
        full = f"{self.name}-{name}"
        limits.DELIVERY_RATE.check(f"delivery {full}", "rate_limit", rate_limit)
        if not url.startswith("https://") and not self._runtime.settings.endpoint:
            raise ValueError(f"delivery {full}: {url!r}: expected an https:// URL")
        rule = self._rule(full, pattern)
        connection = aws.cloudwatch.EventConnection(
            full,
            authorization_type="API_KEY",
            auth_parameters={"api_key": {"key": header, "value": pulumi.Output.secret(key)}},
            opts=self.child(),
        )
        destination = aws.cloudwatch.EventApiDestination(
            full,
            connection_arn=connection.arn,
            invocation_endpoint=url,
            http_method="POST",
            invocation_rate_limit_per_second=rate_limit,
            opts=self.child(),
        )
        self._target_as(full, rule, "events:InvokeApiDestination", destination.arn)

    def _rule(self, full: str, pattern: Pattern) -> aws.cloudwatch.EventRule:
        who = f"subscription {full}"
        self._catalogue.check_pattern(who, pattern)
        project, stack = self.tags["project"], self.tags["stack"]
        limits.check_name(who, full, RULE_NAME, project=project, stack=stack)
        claim(who)
        return aws.cloudwatch.EventRule(
            full,
            event_bus_name=self.bus_name,
            event_pattern=json.dumps(pattern, sort_keys=True),
            tags=self.tags,
            opts=self.child(),
        )

    def _target_as(
        self, full: str, rule: aws.cloudwatch.EventRule, action: str, arn: pulumi.Output[str]
    ) -> None:
        """Add a target that EventBridge reaches with a role that allows only this."""
        role = ServiceRole(
            f"{full}-role",
            EVENTBRIDGE,
            SourceArn(rule.arn),
            self._runtime.settings,
            grants=[Grant((action,), (arn,))],
            opts=self.child(),
        )
        self._target(full, rule, arn, to=arn, after=[role.permissions], role_arn=role.arn)

    def _target(
        self,
        full: str,
        rule: aws.cloudwatch.EventRule,
        arn: pulumi.Output[str],
        *,
        to: pulumi.Output[str],
        after: Sequence[pulumi.Resource],
        **others: Any,
    ) -> None:
        dead_letters = DeadLetterQueue(
            f"{full}-dead-letters",
            "rule",
            self._runtime,
            to=to,
            sender=(EVENTBRIDGE, rule.arn),
            opts=self.child(),
        )
        aws.cloudwatch.EventTarget(
            full,
            rule=rule.name,
            event_bus_name=self.bus_name,
            target_id=full,
            arn=arn,
            retry_policy=RETRY,
            dead_letter_config={"arn": dead_letters.arn},
            # Without the permission in place, an event would go straight to the dead-letter queue.
            opts=self.child(depends_on=[*after, dead_letters.policy]),
            **others,
        )
