"""Destinations of log deliveries."""

from __future__ import annotations

from typing import ClassVar

from provider.base import AutoName, Properties
from provider.fields import Block, Fields, Names
from provider.resource import Resource
from provider.services.logs import SERVICE

TARGET: Fields = {"destinationResourceArn": "destinationResourceArn"}


class LogDeliveryDestination(Resource):
    """A resource that receives logs; its ID is the destination's name."""

    token = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination"
    service = SERVICE
    noun = "delivery_destination"
    create_call = update_call = "put_{noun}"
    member = "deliveryDestination"
    key: ClassVar[Names] = {"name": "name"}
    id_format = "{name}"
    fields: ClassVar[Fields] = {
        "deliveryDestinationConfiguration": Block("deliveryDestinationConfiguration", TARGET),
        "outputFormat": "outputFormat",
    }
    inputs = frozenset({*key, *fields, "region", "tags"})
    replace_on = frozenset({*key, "outputFormat", "region"})
    autoname = AutoName("name", 60)
    arn = "arn:aws:logs:{region}:{account}:delivery-destination:{name}"
    defaults: ClassVar[Properties] = {"outputFormat": "json"}
