"""Topics."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Document, Fields, Flag, Names, Number, Policy
from provider.services.attributes import WithAttributes
from provider.services.sns import SERVICE


class Topic(WithAttributes):
    """A topic; its ID is its ARN."""

    token = "aws:sns/topic:Topic"
    service = SERVICE
    noun = "topic"
    read_call = "get_topic_attributes"
    name_parameter = "Name"
    fifo_only = ("fifoTopic", "contentBasedDeduplication")
    shared = frozenset({"policy"})
    key: ClassVar[Names] = {"id": "TopicArn"}
    arn = "arn:aws:sns:{region}:{account}:{name}"
    id_format = arn
    fields: ClassVar[Fields] = {
        "displayName": "DisplayName",
        "kmsMasterKeyId": "KmsMasterKeyId",
        "deliveryPolicy": Document("DeliveryPolicy"),
        "tracingConfig": "TracingConfig",
        "signatureVersion": Number("SignatureVersion"),
        "policy": Policy("Policy"),
        "fifoTopic": Flag("FifoTopic"),
        "contentBasedDeduplication": Flag("ContentBasedDeduplication"),
    }
    outputs: ClassVar[Fields] = {"owner": "Owner"}
    inputs = frozenset({*fields, "name", "tags"})
    replace_on = frozenset({"name", "fifoTopic"})
    autoname = AutoName("name", 256, fifo="fifoTopic")
    # Not the policy: AWS takes no empty one, so a policy that is no longer stated stays.
    defaults: ClassVar[Properties] = {
        "displayName": "",
        "kmsMasterKeyId": "",
        "deliveryPolicy": "",
        "tracingConfig": "PassThrough",
        "signatureVersion": 1,
        "fifoTopic": False,
        "contentBasedDeduplication": False,
    }
    read_defaults = defaults
    updates_changes_only = True

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        return {"name": resource_id.rpartition(":")[2]}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        attributes: dict[str, str] = self.update_request(old, new).get("Attributes", {})
        for name, text in attributes.items():
            self.call(
                cloud, "set_topic_attributes", TopicArn=resource_id, AttributeName=name, AttributeValue=text
            )
        self.update_tags(cloud, resource_id, old, new)
