"""A plugin whose provider keeps its resources in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

import grpc
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2

from local.plugin.properties import Unknown, write
from local.plugin.servicer import NAMING, Servicer
from provider.base import AutoName, Properties, ProviderError, ResourceType
from provider.cloud import Cloud
from provider.provider import Provider

THING, PLACE = "aws:test/thing:Thing", "aws:test/place:Place"
UNKNOWN = Unknown("04da6b54-80e4-46f7-96ec-b56ff0331ba9")
ENDPOINTS = '[{"sqs": "http://127.0.0.1:4566"}]'


class Thing(ResourceType):
    """Resource type in memory: the id is the name, and the size is returned with a unit."""

    token = THING
    inputs = frozenset({"name", "size", "kind", "note"})
    replace_on = frozenset({"name", "kind"})
    autoname = AutoName("name", 20, ".x")

    def __init__(self) -> None:
        self.made: dict[str, Properties] = {}
        self.fails = ""

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        if self.fails == "before":
            raise ProviderError("refused")
        self.made[inputs["name"]] = dict(inputs)
        if self.fails == "after":
            raise ProviderError("interrupted")
        return inputs["name"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        made = self.made.get(resource_id)
        if made is None:
            return None
        read = {"size": f"{made['size']} GB"} if "size" in made else {}
        return {**made, **read, "arn": f"arn:{resource_id}"}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self.made[resource_id] = dict(new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        self.made.pop(resource_id, None)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return inputs["name"] if inputs["name"] in self.made else None


class Place(Thing):
    """Resource type whose name only the program gives."""

    token = PLACE
    autoname = None


class Context:
    """Context of a gRPC request."""

    def abort(self, code: grpc.StatusCode, text: str) -> None:
        raise AbortedError(text)


class AbortedError(Exception):
    """The servicer aborted the request."""


class Plugin:
    """A configured servicer, and its resource types."""

    def __init__(self) -> None:
        self.thing, self.place = Thing(), Place()
        types: dict[str, ResourceType] = {THING: self.thing, PLACE: self.place}
        self.servicer = Servicer(lambda cloud: Provider(cloud, NAMING, types))
        self.ask("Configure", provider_pb2.ConfigureRequest(args=struct(endpoints=ENDPOINTS)))

    def ask(self, method: str, request: Any) -> Any:
        """Send a request and return the response."""
        return getattr(self.servicer, method)(request, Context())

    def check(
        self, news: Properties, olds: Properties | None = None, token: str = THING, **naming: Any
    ) -> Any:
        """Check inputs; the engine proposes the name `proposed`, or what `naming` states."""
        options = provider_pb2.CheckRequest.AutonamingOptions(**({"proposed_name": "proposed"} | naming))
        request = provider_pb2.CheckRequest(type=token, name="one", news=write(news), autonaming=options)
        if olds is not None:
            request.olds.CopyFrom(write(olds))
        return self.ask("Check", request)

    def diff(self, old: Properties, new: Properties, token: str = THING, made: str = "one") -> Any:
        """Compare the old and the new inputs of a resource."""
        request = provider_pb2.DiffRequest(
            type=token, name="one", id=made, old_inputs=write(old), news=write(new)
        )
        return self.ask("Diff", request)

    def create(self, inputs: Properties, token: str = THING, *, preview: bool = False) -> Any:
        """Create a resource."""
        properties = write(inputs)
        request = provider_pb2.CreateRequest(type=token, name="one", properties=properties, preview=preview)
        return self.ask("Create", request)

    def read(self, inputs: Properties, known: Properties) -> Any:
        """Refresh the resource `one`."""
        request = provider_pb2.ReadRequest(
            type=THING, name="one", id="one", inputs=write(inputs), properties=write(known)
        )
        return self.ask("Read", request)


def struct(**members: Any) -> Struct:
    """Return a protobuf struct."""
    return write(members)
