"""Topics: notifications of AWS services, to queues and to people by email."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.dead_letters import DeadLetterQueue
from components.iam import ResourcePolicy, account_of, allow_service, deny_insecure_transport
from components.key import Key
from components.pattern import check_syntax

if TYPE_CHECKING:
    from components.queue import Queue

SNS = "sns.amazonaws.com"
ACTIONS = (
    "sns:AddPermission",
    "sns:DeleteTopic",
    "sns:GetTopicAttributes",
    "sns:ListSubscriptionsByTopic",
    "sns:Publish",
    "sns:RemovePermission",
    "sns:SetTopicAttributes",
    "sns:Subscribe",
)
"""Every action that a topic policy may name: SNS rejects `sns:*` there."""


class Topic(Component):
    """An SNS topic, encrypted with a customer managed key, that accepts only TLS.

    Example:
        alarms = Topic("alarms", key, publishers=["cloudwatch.amazonaws.com"])
        alarms.subscribe_email("operations@example.com")

    Args:
        key: the key that encrypts the messages; every publisher may use it.
        publishers: the AWS services that may publish for this account, such as `ses.amazonaws.com`.

    Attributes:
        arn: the topic's ARN.
        policy: the topic policy; what relies on `allow_service` depends on it.
    """

    name_limit = 256

    def __init__(
        self,
        name: str,
        key: Key,
        *,
        publishers: Sequence[str] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._key = key
        topic = aws.sns.Topic(name, kms_master_key_id=key.arn, tags=self.tags, opts=self.child())
        self.arn = topic.arn
        self._policy = ResourcePolicy(self.arn, deny_insecure_transport(ACTIONS, self.arn))
        for publisher in publishers:
            key.allow_service(publisher)
            self._policy.add(self._publishing(publisher))
        self.policy = aws.sns.TopicPolicy(
            name,
            arn=self.arn,
            policy=self._policy.document,
            # A publisher needs the key too: SES tests both when its destination is created.
            opts=self.child(depends_on=[key.policy]),
        )
        self.register_outputs({"arn": self.arn})

    def allow_service(self, service: str, source_arn: pulumi.Input[str]) -> None:
        """Allow an AWS service to publish on behalf of one source, such as a rule."""
        self._key.allow_service(service)
        self._policy.add(allow_service(service, "sns:Publish", self.arn, source_arn))

    def subscribe(self, queue: Queue, *, filter: Mapping[str, Any] | None = None) -> None:  # noqa: A002 - SNS's name
        """Send every message to a queue unchanged, or those whose body matches the filter policy.

        Raises:
            ValueError: for a filter policy that SNS would reject, or a queue that has a source already.
        """
        name = f"{self.name}-{queue.name}"
        if filter is not None:
            check_syntax(f"subscription {name}", filter)
        dead_letters = DeadLetterQueue(
            f"{name}-dead-letters",
            "topic",
            queue.runtime,
            to=queue.url,
            sender=(SNS, self.arn),
            opts=self.child(),
        )
        queue.allow_service(SNS, self.arn)
        aws.sns.TopicSubscription(
            name,
            topic=self.arn,
            protocol="sqs",
            endpoint=queue.arn,
            raw_message_delivery=True,
            filter_policy=json.dumps(filter, sort_keys=True) if filter else None,
            filter_policy_scope="MessageBody" if filter else None,
            redrive_policy=pulumi.Output.json_dumps({"deadLetterTargetArn": dead_letters.arn}),
            opts=self.child(depends_on=[queue.policy, dead_letters.policy]),
        )

    def subscribe_email(self, address: str) -> None:
        """Send every message to an email address, after its owner confirmed the subscription."""
        aws.sns.TopicSubscription(
            f"{self.name}-{address}", topic=self.arn, protocol="email", endpoint=address, opts=self.child()
        )

    def _publishing(self, service: str) -> dict[str, Any]:
        return {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sns:Publish",
            "Resource": self.arn,
            "Condition": {"StringEquals": {"aws:SourceAccount": account_of(self.arn)}},
        }
