"""The policies of topics."""

from __future__ import annotations

import json
from typing import Any, ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names, Policy
from provider.resource import Resource
from provider.services.sns import SERVICE

DEFAULT_POLICY = "__default_policy_ID"
"""The ID of the policy that AWS gives a topic at creation."""


class TopicPolicy(Resource):
    """The resource policy of a topic; its ID is the topic's ARN."""

    token = "aws:sns/topicPolicy:TopicPolicy"
    service = SERVICE
    create_call = update_call = delete_call = "set_topic_attributes"
    read_call = "get_topic_attributes"
    member = "Attributes"
    key: ClassVar[Names] = {"arn": "TopicArn"}
    id_format = "{arn}"
    fields: ClassVar[Fields] = {"policy": Policy("Policy")}
    outputs: ClassVar[Fields] = {"owner": "Owner"}
    inputs = frozenset({"arn", *fields})
    replace_on = frozenset({"arn"})

    @override
    def to_aws(self, inputs: Values) -> Properties:
        return {"AttributeName": "Policy", "AttributeValue": super().to_aws(inputs)["Policy"]}

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        attributes = super().describe(cloud, resource_id, known)
        if attributes is None or json.loads(attributes["Policy"]).get("Id") == DEFAULT_POLICY:
            return None
        return attributes

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        # A topic always has a policy: restore the one that it had at creation.
        policy = self.to_aws({"policy": _default_policy(cloud, resource_id)})
        self.call_unless_gone(cloud, self.delete_call, TopicArn=resource_id, **policy)


def _default_policy(cloud: Cloud, topic: str) -> str:
    """Return the policy that AWS gives a topic: every principal of the topic's account may use it."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["SNS:Publish", "SNS:Subscribe", "SNS:Receive"],
        "Resource": topic,
        "Condition": {"StringEquals": {"AWS:SourceOwner": cloud.account}},
    }
    return json.dumps({"Version": "2008-10-17", "Id": DEFAULT_POLICY, "Statement": [statement]})
