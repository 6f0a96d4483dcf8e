"""Log deliveries."""

from __future__ import annotations

from typing import ClassVar

from provider.fields import Fields, Names
from provider.resource import Listing, Resource
from provider.services.logs import SERVICE


class LogDelivery(Resource):
    """A delivery from a source to a destination, which the embedded cloud stores only; AWS chooses its ID."""

    token = "aws:cloudwatch/logDelivery:LogDelivery"
    service = SERVICE
    noun = "delivery"
    member = "delivery"
    key: ClassVar[Names] = {"id": "id"}
    id_from = "id"
    fields: ClassVar[Fields] = {
        "deliveryDestinationArn": "deliveryDestinationArn",
        "deliverySourceName": "deliverySourceName",
        "recordFields": "recordFields",
    }
    inputs = frozenset({*fields, "region", "tags"})
    # AWS changes the record fields in place, which the embedded cloud does not.
    replace_on = frozenset({*fields, "region"})
    arn = "arn:aws:logs:{region}:{account}:delivery:{id}"
    listing = Listing("describe_deliveries", "deliveries", {})
    identity = frozenset({"deliveryDestinationArn", "deliverySourceName"})
