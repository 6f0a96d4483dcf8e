"""The base of a queue's attributes that Pulumi models as separate resources."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Names, to_aws
from provider.resource import Resource
from provider.services.sqs import SERVICE
from provider.services.sqs.queue import queue_attributes


class QueueAttribute(Resource):
    """One attribute of a queue, the only field; its ID is the queue's URL."""

    service = SERVICE
    create_call = update_call = delete_call = "set_queue_attributes"
    key: ClassVar[Names] = {"queueUrl": "QueueUrl"}
    id_format = "{queueUrl}"
    replace_on = frozenset({"queueUrl"})

    @override
    def to_aws(self, inputs: Values) -> Properties:
        return {"Attributes": to_aws(inputs, self.fields)}

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        attributes = queue_attributes(self, cloud, resource_id) or {}
        return attributes if any(self.from_aws(attributes, known).values()) else None

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        empty = self.to_aws(dict.fromkeys(self.fields, ""))
        self.call_unless_gone(cloud, self.delete_call, QueueUrl=resource_id, **empty)
