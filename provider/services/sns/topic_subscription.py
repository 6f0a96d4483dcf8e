"""Subscriptions to topics."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Document, Fields, Flag, Names, to_aws
from provider.resource import Resource
from provider.services.sns import SERVICE

SUBSCRIBED = {"topic": "TopicArn", "protocol": "Protocol", "endpoint": "Endpoint"}
"""The inputs that identify a subscription: AWS allows one for each combination."""


class TopicSubscription(Resource):
    """A subscription to a topic; its ID is its ARN, which it has before it is confirmed."""

    token = "aws:sns/topicSubscription:TopicSubscription"
    service = SERVICE
    create_call = "subscribe"
    read_call = "get_subscription_attributes"
    delete_call = "unsubscribe"
    member = "Attributes"
    key: ClassVar[Names] = {"id": "SubscriptionArn"}
    fields: ClassVar[Fields] = {
        "rawMessageDelivery": Flag("RawMessageDelivery"),
        # Sent before the filter, which must be valid in its scope.
        "filterPolicyScope": "FilterPolicyScope",
        "filterPolicy": Document("FilterPolicy"),
        "redrivePolicy": Document("RedrivePolicy"),
    }
    outputs: ClassVar[Fields] = {
        **SUBSCRIBED,
        "ownerId": "Owner",
        "pendingConfirmation": Flag("PendingConfirmation"),
        "confirmationWasAuthenticated": Flag("ConfirmationWasAuthenticated"),
    }
    inputs = frozenset({*SUBSCRIBED, *fields})
    replace_on = frozenset(SUBSCRIBED)
    arn = "{topic}:{suffix}"
    defaults: ClassVar[Properties] = {
        "rawMessageDelivery": False,
        "filterPolicyScope": "MessageAttributes",
        "filterPolicy": "",
        "redrivePolicy": "",
    }
    read_defaults: ClassVar[Properties] = {
        **defaults,
        "pendingConfirmation": False,
        "confirmationWasAuthenticated": False,
    }
    updates_changes_only = True

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        response = self.call(
            cloud,
            self.create_call,
            **to_aws(inputs, SUBSCRIBED),
            Attributes=self.to_aws(inputs),
            ReturnSubscriptionArn=True,
        )
        # The embedded cloud returns "pending confirmation" all the same, but lists the ARN.
        return self.find(cloud, inputs) or response["SubscriptionArn"]

    @override
    def arn_of(self, cloud: Cloud, resource_id: str, known: Values) -> str:
        return resource_id

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        for name, text in self.update_request(old, new).items():
            self.call(
                cloud,
                "set_subscription_attributes",
                SubscriptionArn=resource_id,
                AttributeName=name,
                AttributeValue=text,
            )

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        identity = to_aws(inputs, SUBSCRIBED)
        found = self.list_all(cloud, "list_subscriptions_by_topic", "Subscriptions", TopicArn=inputs["topic"])
        return next((each["SubscriptionArn"] for each in found if identity.items() <= each.items()), None)
