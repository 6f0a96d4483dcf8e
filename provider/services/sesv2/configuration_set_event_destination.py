"""Event destinations of configuration sets."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import Values
from provider.cloud import Cloud
from provider.fields import Block, Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.sesv2 import SERVICE

DESTINATION: Fields = {
    **pascal_names("enabled", "matchingEventTypes"),
    "snsDestination": Block("SnsDestination", pascal_names("topicArn")),
}


class EventTypes(Block):
    """An event destination, whose event types are a set in AWS and read in the order of the program."""

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        found = super().from_aws(value, known)
        types: list[str] = known["matchingEventTypes"] if known else []
        return (
            {**found, "matchingEventTypes": types}
            if set(types) == set(found["matchingEventTypes"])
            else found
        )


class ConfigurationSetEventDestination(Resource):
    """A topic that receives the events of sent email; its ID is `set|destination`.

    The embedded cloud stores it and publishes no events.
    """

    token = "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination"
    service = SERVICE
    noun = "configuration_set_event_destination"
    key: ClassVar[Names] = {
        "configurationSetName": "ConfigurationSetName",
        "eventDestinationName": "EventDestinationName",
    }
    id_format = "{configurationSetName}|{eventDestinationName}"
    fields: ClassVar[Fields] = {"eventDestination": EventTypes("EventDestination", DESTINATION)}
    inputs = frozenset({*key, *fields})
    replace_on = frozenset(key)

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        destination = self.identify(resource_id, known)
        response = self.call_unless_gone(
            cloud,
            "get_configuration_set_event_destinations",
            ConfigurationSetName=destination["ConfigurationSetName"],
        )
        found: list[Any] = response.get("EventDestinations", []) if response else []
        named = (each for each in found if each["Name"] == destination["EventDestinationName"])
        return next(({"EventDestination": each} for each in named), None)
