"""Sources of log deliveries."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names
from provider.resource import Resource
from provider.services.logs import SERVICE


class LogDeliverySource(Resource):
    """A resource that writes logs; its ID is the source's name."""

    token = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
    service = SERVICE
    noun = "delivery_source"
    create_call = update_call = "put_{noun}"
    member = "deliverySource"
    key: ClassVar[Names] = {"name": "name"}
    id_format = "{name}"
    fields: ClassVar[Fields] = {"logType": "logType", "resourceArn": "resourceArn"}
    inputs = frozenset({*key, *fields, "region", "tags"})
    replace_on = frozenset({*key, *fields, "region"})
    autoname = AutoName("name", 60)
    arn = "arn:aws:logs:{region}:{account}:delivery-source:{name}"

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        (arn,) = found["resourceArns"]
        return super().from_aws({**found, "resourceArn": arn}, known)

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        return {"service": found["service"]}
