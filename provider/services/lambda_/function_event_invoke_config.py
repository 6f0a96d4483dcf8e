"""The settings of functions' asynchronous invocations."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Block, Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.lambda_ import SERVICE


class FunctionEventInvokeConfig(Resource):
    """The retries, maximum age and destinations of asynchronous invocations; its ID is `function:qualifier`.

    The ID of the configuration of a function without a qualifier is the function's name.
    """

    token = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
    service = SERVICE
    noun = "function_event_invoke_config"
    # The operation replaces the whole configuration.
    create_call = update_call = "put_{noun}"
    key: ClassVar[Names] = {"functionName": "FunctionName", "qualifier": "Qualifier"}
    fields: ClassVar[Fields] = {
        **pascal_names("maximumEventAgeInSeconds", "maximumRetryAttempts"),
        "destinationConfig": Block("DestinationConfig"),
    }
    inputs = frozenset({*key, *fields})
    replace_on = frozenset(key)

    @override
    def id_of(self, cloud: Cloud, inputs: Values) -> str:
        return ":".join(self.identify("", inputs).values())

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self.call(cloud, self.update_call, **self.identify(resource_id, new), **self.to_aws(new))

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        read = super().from_aws(found, known)
        destinations = {on: target for on, target in read.pop("destinationConfig", {}).items() if target}
        return {**read, **({"destinationConfig": destinations} if destinations else {})}
