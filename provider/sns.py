"""SNS: topics, the policies that say who may publish on them, and who is subscribed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, override

from provider.attributes import Attribute, Document, Flag, Number, Policy, changes, properties
from provider.base import AutoName, Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import (
    arguments,
    for_loopback,
    policy_document,
    tag_changes,
    tag_list,
    tag_map,
    told,
    unless_gone,
)

GONE = "NotFound"
DEFAULT_POLICY = "__default_policy_ID"
"""The id of the policy that AWS gives a topic without one."""

TOPIC_ATTRIBUTES: dict[str, Attribute] = {
    "displayName": Attribute("DisplayName"),
    "kmsMasterKeyId": Attribute("KmsMasterKeyId"),
    "deliveryPolicy": Document("DeliveryPolicy"),
    "tracingConfig": Attribute("TracingConfig", "PassThrough"),
    "signatureVersion": Number("SignatureVersion", "1"),
    # AWS takes no empty policy: one that is taken back stays.
    "policy": Policy("Policy", None, shared=True),
    "fifoTopic": Flag("FifoTopic", "false"),
    "contentBasedDeduplication": Flag("ContentBasedDeduplication", "false"),
}
FIFO_ONLY = ("fifoTopic", "contentBasedDeduplication")

SUBSCRIPTION_ARGUMENTS = {"topic": "TopicArn", "protocol": "Protocol", "endpoint": "Endpoint"}
SUBSCRIPTION_ATTRIBUTES: dict[str, Attribute] = {
    "rawMessageDelivery": Flag("RawMessageDelivery", "false"),
    # Before the filter, which must fit its scope.
    "filterPolicyScope": Attribute("FilterPolicyScope", "MessageAttributes"),
    "filterPolicy": Document("FilterPolicy"),
    "redrivePolicy": Document("RedrivePolicy"),
    "pendingConfirmation": Flag("PendingConfirmation", "false"),
    "confirmationWasAuthenticated": Flag("ConfirmationWasAuthenticated", "false"),
}
SUBSCRIPTION_OUTPUTS = frozenset({"pendingConfirmation", "confirmationWasAuthenticated"})


class Topic(ResourceType):
    """A topic. Its id is its ARN."""

    token = "aws:sns/topic:Topic"
    inputs = frozenset({*TOPIC_ATTRIBUTES, "name", "tags"})
    replace_on = frozenset({"name", "fifoTopic"})
    autoname = AutoName("name", 256, fifo="fifoTopic")

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        # To AWS a standard topic is one that does not mention what only FIFO topics have.
        stated = {key: value for key, value in inputs.items() if value or key not in FIFO_ONLY}
        answer: Any = cloud.client("sns").create_topic(
            Name=inputs["name"],
            Attributes=changes(TOPIC_ATTRIBUTES, {}, stated),
            Tags=tag_list(inputs.get("tags")),
        )
        return answer["TopicArn"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        attributes = _topic(cloud, resource_id)
        if attributes is None:
            return None
        tags: Any = cloud.client("sns").list_tags_for_resource(ResourceArn=resource_id)["Tags"]
        return {
            **properties(TOPIC_ATTRIBUTES, attributes, known),
            "name": resource_id.rpartition(":")[2],
            "arn": resource_id,
            "owner": attributes["Owner"],
            "tags": tag_map(tags),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        sns = cloud.client("sns")
        for name, text in changes(TOPIC_ATTRIBUTES, old, new).items():
            sns.set_topic_attributes(TopicArn=resource_id, AttributeName=name, AttributeValue=text)
        changed, removed = tag_changes(old, new)
        if changed:
            sns.tag_resource(ResourceArn=resource_id, Tags=tag_list(changed))
        if removed:
            sns.untag_resource(ResourceArn=resource_id, TagKeys=removed)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        unless_gone(cloud.client("sns").delete_topic, GONE, TopicArn=resource_id)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        arn = cloud.arn("sns", inputs["name"])
        return arn if _topic(cloud, arn) else None


class TopicPolicy(ResourceType):
    """Who may do what with a topic. Its id is the topic's ARN."""

    token = "aws:sns/topicPolicy:TopicPolicy"
    inputs = frozenset({"arn", "policy"})
    replace_on = frozenset({"arn"})

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        _set_policy(cloud, inputs["arn"], for_loopback(inputs["policy"]))
        return inputs["arn"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        attributes = _topic(cloud, resource_id)
        if attributes is None or json.loads(attributes["Policy"]).get("Id") == DEFAULT_POLICY:
            return None
        policy = policy_document(attributes["Policy"], known.get("policy"))
        return {"arn": resource_id, "policy": policy, "owner": attributes["Owner"]}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self.create(cloud, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        # A topic always has a policy: what is left is the one it was made with.
        unless_gone(
            _set_policy, GONE, cloud=cloud, topic=resource_id, policy=_default_policy(cloud, resource_id)
        )

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return inputs["arn"] if self.read(cloud, inputs["arn"], inputs) else None


class TopicSubscription(ResourceType):
    """Where a topic's messages go. Its id is its ARN, which AWS gives before anyone has confirmed it."""

    token = "aws:sns/topicSubscription:TopicSubscription"
    inputs = frozenset({*SUBSCRIPTION_ARGUMENTS, *SUBSCRIPTION_ATTRIBUTES}) - SUBSCRIPTION_OUTPUTS
    replace_on = frozenset(SUBSCRIPTION_ARGUMENTS)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        answer: Any = cloud.client("sns").subscribe(
            **arguments(inputs, SUBSCRIPTION_ARGUMENTS),
            Attributes=changes(SUBSCRIPTION_ATTRIBUTES, {}, inputs),
            ReturnSubscriptionArn=True,
        )
        # The embedded cloud answers "pending confirmation" all the same, but lists the ARN.
        return self.find(cloud, inputs) or answer["SubscriptionArn"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        get_attributes = cloud.client("sns").get_subscription_attributes
        answer: Any = unless_gone(get_attributes, GONE, SubscriptionArn=resource_id)
        if answer is None:
            return None
        attributes: Any = answer["Attributes"]
        return {
            **told(attributes, SUBSCRIPTION_ARGUMENTS),
            **properties(SUBSCRIPTION_ATTRIBUTES, attributes, known),
            "arn": resource_id,
            "ownerId": attributes["Owner"],
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        set_attributes = cloud.client("sns").set_subscription_attributes
        for name, text in changes(SUBSCRIPTION_ATTRIBUTES, old, new).items():
            set_attributes(SubscriptionArn=resource_id, AttributeName=name, AttributeValue=text)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        unless_gone(cloud.client("sns").unsubscribe, GONE, SubscriptionArn=resource_id)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By topic, protocol and endpoint, of which AWS allows one subscription."""
        sought = arguments(inputs, SUBSCRIPTION_ARGUMENTS)
        pages: Any = cloud.client("sns").get_paginator("list_subscriptions_by_topic")
        answer: Any = unless_gone(pages.paginate(TopicArn=inputs["topic"]).build_full_result, GONE)
        found: list[Any] = answer["Subscriptions"] if answer else []
        return next((each["SubscriptionArn"] for each in found if sought.items() <= each.items()), None)


def _topic(cloud: Cloud, arn: str) -> dict[str, str] | None:
    """Every attribute of the topic; None where there is no such topic."""
    answer: Any = unless_gone(cloud.client("sns").get_topic_attributes, GONE, TopicArn=arn)
    return answer["Attributes"] if answer else None


def _set_policy(cloud: Cloud, topic: str, policy: str) -> None:
    cloud.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)


def _default_policy(cloud: Cloud, topic: str) -> str:
    """What AWS gives a topic: everyone may use it who comes from the topic's account."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["SNS:Publish", "SNS:Subscribe", "SNS:Receive"],
        "Resource": topic,
        "Condition": {"StringEquals": {"AWS:SourceOwner": cloud.account}},
    }
    return json.dumps({"Version": "2008-10-17", "Id": DEFAULT_POLICY, "Statement": [statement]})


TYPES: tuple[ResourceType, ...] = (Topic(), TopicPolicy(), TopicSubscription())
