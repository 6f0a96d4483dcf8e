"""Configuration sets."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import Properties
from provider.cloud import Cloud
from provider.fields import Block, Names, pascal_names
from provider.resource import Resource
from provider.services.sesv2 import SERVICE

OPTIONS = {
    "deliveryOptions": Block(
        "DeliveryOptions", pascal_names("tlsPolicy", "sendingPoolName", "maxDeliverySeconds")
    ),
    "reputationOptions": Block("ReputationOptions", pascal_names("reputationMetricsEnabled")),
    "sendingOptions": Block("SendingOptions", pascal_names("sendingEnabled")),
    "suppressionOptions": Block("SuppressionOptions", pascal_names("suppressedReasons")),
    "trackingOptions": Block("TrackingOptions", pascal_names("customRedirectDomain", "httpsPolicy")),
}
PUT = {
    "deliveryOptions": "put_configuration_set_delivery_options",
    "reputationOptions": "put_configuration_set_reputation_options",
    "sendingOptions": "put_configuration_set_sending_options",
    "suppressionOptions": "put_configuration_set_suppression_options",
    "trackingOptions": "put_configuration_set_tracking_options",
}
"""The operation that updates each group of options."""


class ConfigurationSet(Resource):
    """The sending options of the email that names the set; its ID is its name."""

    token = "aws:sesv2/configurationSet:ConfigurationSet"
    service = SERVICE
    noun = "configuration_set"
    key: ClassVar[Names] = {"configurationSetName": "ConfigurationSetName"}
    id_format = "{configurationSetName}"
    fields = OPTIONS
    inputs = frozenset({*key, *fields, "tags"})
    replace_on = frozenset(key)
    arn = "arn:aws:ses:{region}:{account}:configuration-set/{configurationSetName}"
    defaults: ClassVar[Properties] = {
        "reputationOptions": {"reputationMetricsEnabled": True},
        "sendingOptions": {"sendingEnabled": True},
    }

    @override
    def create_request(self, inputs: Properties) -> Properties:
        # CreateConfigurationSet takes no empty options.
        return super().create_request({key: value for key, value in inputs.items() if value})

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        for key, options in OPTIONS.items():
            if old.get(key) != new.get(key):
                value = options.to_aws(new.get(key) or self.defaults.get(key, {}))
                self.call(cloud, PUT[key], ConfigurationSetName=resource_id, **value)
        self.update_tags(cloud, resource_id, old, new)
