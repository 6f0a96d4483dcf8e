"""Configuration sets: how the mail that names one is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, override

from provider.base import Properties, ResourceType
from provider.cloud import Cloud
from provider.ses.tags import read_tags, update_tags
from provider.shapes import block, tag_list, told, unless_gone

GONE = "NotFoundException"


class Options(NamedTuple):
    """A block of inputs that SES changes in one call.

    Attributes:
        name: SES's own.
        put: the operation that changes it.
        keys: AWS's name of each inner key.
        default: what AWS holds where nothing is said.
    """

    name: str
    put: str
    keys: Mapping[str, str]
    default: Mapping[str, Any] = {}


OPTIONS = {
    "deliveryOptions": Options(
        "DeliveryOptions",
        "put_configuration_set_delivery_options",
        {
            "tlsPolicy": "TlsPolicy",
            "sendingPoolName": "SendingPoolName",
            "maxDeliverySeconds": "MaxDeliverySeconds",
        },
    ),
    "reputationOptions": Options(
        "ReputationOptions",
        "put_configuration_set_reputation_options",
        {"reputationMetricsEnabled": "ReputationMetricsEnabled"},
        {"reputationMetricsEnabled": True},
    ),
    "sendingOptions": Options(
        "SendingOptions",
        "put_configuration_set_sending_options",
        {"sendingEnabled": "SendingEnabled"},
        {"sendingEnabled": True},
    ),
    "suppressionOptions": Options(
        "SuppressionOptions",
        "put_configuration_set_suppression_options",
        {"suppressedReasons": "SuppressedReasons"},
    ),
    "trackingOptions": Options(
        "TrackingOptions",
        "put_configuration_set_tracking_options",
        {"customRedirectDomain": "CustomRedirectDomain", "httpsPolicy": "HttpsPolicy"},
    ),
}


class ConfigurationSet(ResourceType):
    """A configuration set. Its id is its name."""

    token = "aws:sesv2/configurationSet:ConfigurationSet"
    inputs = frozenset({*OPTIONS, "configurationSetName", "tags"})
    replace_on = frozenset({"configurationSetName"})

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        name: str = inputs["configurationSetName"]
        given = {key: options for key, options in OPTIONS.items() if inputs.get(key)}
        cloud.client("sesv2").create_configuration_set(
            ConfigurationSetName=name,
            **{options.name: block(inputs[key], options.keys) for key, options in given.items()},
            Tags=tag_list(inputs.get("tags")),
        )
        return name

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        answer: Any = _set(cloud, resource_id)
        if answer is None:
            return None
        arn = _arn(cloud, resource_id)
        held = {key: options for key, options in OPTIONS.items() if options.name in answer}
        return {
            **{key: told(answer[options.name], options.keys) for key, options in held.items()},
            "configurationSetName": resource_id,
            "arn": arn,
            "tags": read_tags(cloud, arn),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        ses = cloud.client("sesv2")
        for key, options in OPTIONS.items():
            if old.get(key) != new.get(key):
                value = block(new.get(key) or options.default, options.keys)
                getattr(ses, options.put)(ConfigurationSetName=resource_id, **value)
        update_tags(cloud, _arn(cloud, resource_id), old, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        unless_gone(cloud.client("sesv2").delete_configuration_set, GONE, ConfigurationSetName=resource_id)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        name: str = inputs["configurationSetName"]
        return name if _set(cloud, name) else None


def _set(cloud: Cloud, name: str) -> Any:
    return unless_gone(cloud.client("sesv2").get_configuration_set, GONE, ConfigurationSetName=name)


def _arn(cloud: Cloud, name: str) -> str:
    return cloud.arn("ses", f"configuration-set/{name}")
