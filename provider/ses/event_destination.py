"""Event destinations: which topic hears what became of a configuration set's mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import block, camel, unless_gone

GONE = "NotFoundException"

SETTINGS = {
    "enabled": "Enabled",
    "matchingEventTypes": "MatchingEventTypes",
    "snsDestination": "SnsDestination",
}
TOPIC = {"topicArn": "TopicArn"}


class ConfigurationSetEventDestination(ResourceType):
    """A topic that hears of mail. Its id is `set|destination`.

    The embedded cloud keeps it and publishes nothing.
    """

    token = "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination"
    inputs = frozenset({"configurationSetName", "eventDestinationName", "eventDestination"})
    replace_on = frozenset({"configurationSetName", "eventDestinationName"})

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        resource_id = _id(inputs)
        cloud.client("sesv2").create_configuration_set_event_destination(
            **_address(resource_id), EventDestination=_settings(inputs)
        )
        return resource_id

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        address = _address(resource_id)
        found = _destinations(cloud, address["ConfigurationSetName"]).get(address["EventDestinationName"])
        if found is None:
            return None
        written: Any = known.get("eventDestination")
        return {**camel(address), "eventDestination": _in_order(found, written) if written else found}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        cloud.client("sesv2").update_configuration_set_event_destination(
            **_address(resource_id), EventDestination=_settings(new)
        )

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        delete = cloud.client("sesv2").delete_configuration_set_event_destination
        unless_gone(delete, GONE, **_address(resource_id))

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        resource_id = _id(inputs)
        return resource_id if self.read(cloud, resource_id, inputs) else None


def _id(inputs: Properties) -> str:
    return f"{inputs['configurationSetName']}|{inputs['eventDestinationName']}"


def _address(resource_id: str) -> dict[str, str]:
    configuration_set, _, destination = resource_id.partition("|")
    return {"ConfigurationSetName": configuration_set, "EventDestinationName": destination}


def _settings(inputs: Properties) -> Properties:
    settings = block(inputs["eventDestination"], SETTINGS)
    if "SnsDestination" in settings:
        settings["SnsDestination"] = block(settings["SnsDestination"], TOPIC)
    return settings


def _in_order(found: Properties, written: Properties) -> Properties:
    """The settings with the kinds of events, to AWS a set, as they were written where they are the same."""
    kinds: list[str] = written["matchingEventTypes"]
    same = set(kinds) == set(found["matchingEventTypes"])
    return {**found, "matchingEventTypes": kinds} if same else found


def _destinations(cloud: Cloud, configuration_set: str) -> dict[str, Properties]:
    """The settings of each of the set's destinations by name; none where the set is gone."""
    get = cloud.client("sesv2").get_configuration_set_event_destinations
    answer: Any = unless_gone(get, GONE, ConfigurationSetName=configuration_set) or {}
    found: list[Any] = answer.get("EventDestinations", [])
    return {each["Name"]: camel({key: each[key] for key in each.keys() - {"Name"}}) for each in found}
