"""Topics: what an AWS service tells, to every queue and person that wants to know."""

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
"""All that a topic's policy may speak of: SNS refuses `sns:*` there."""


class Topic(Component):
    """An SNS topic, encrypted with a key of ours, that takes nothing over plain HTTP.

    Args:
        key: what encrypts the messages; it learns of every publisher.
        publishers: the AWS services that may publish for this account, such as `ses.amazonaws.com`.

    Attributes:
        arn: the topic's ARN.
        policy: what must stand before a service is told to publish.
    """

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
            # Whoever waits for leave to publish waits for leave to encrypt too: SES tries both at once.
            opts=self.child(depends_on=[key.policy]),
        )
        self.register_outputs({"arn": self.arn})

    def allow_service(self, service: str, source_arn: pulumi.Input[str]) -> None:
        """Let an AWS service publish for one source alone, such as a rule."""
        self._key.allow_service(service)
        self._policy.add(allow_service(service, "sns:Publish", self.arn, source_arn))

    def subscribe(self, queue: Queue, *, filter: Mapping[str, Any] | None = None) -> None:  # noqa: A002 - SNS's name
        """Put every message into a queue as it was published, or those whose body fits the filter policy."""
        name = f"{self.name}-{queue.name}"
        letters = DeadLetterQueue(
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
            redrive_policy=pulumi.Output.json_dumps({"deadLetterTargetArn": letters.arn}),
            opts=self.child(depends_on=[queue.policy, letters.policy]),
        )

    def subscribe_email(self, address: str) -> None:
        """Tell a person by mail, once they have followed the link that SNS sends them."""
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
