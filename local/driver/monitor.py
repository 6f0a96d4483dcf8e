"""The resource monitor to which Pulumi's SDK sends its registrations."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any, cast

import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import resource_pb2

from local.driver.aliases import Aliases
from local.driver.options import Options
from local.driver.program import NoMocks
from local.driver.state import Resource
from local.driver.steps import Steps
from provider.base import Properties


class Monitor(MockMonitor):
    """A resource monitor that applies each registration at once, in place of the Pulumi engine's."""

    def __init__(self, steps: Steps) -> None:
        super().__init__(NoMocks())
        self._steps = steps
        self._aliases = Aliases()
        self._retained: set[str] = set()

    def GetDeploymentInfo(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        """Return the driver's features; without alias specs, the SDK sends each alias as a URN."""
        del request
        features = [
            resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
            resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
        ]
        return resource_pb2.DeploymentInfo(supportedFeatures=features)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        """Create or update a resource; return its id and properties."""
        urn = self.make_urn(request.parent, request.type, request.name)
        retain = self._is_retained(urn, request)
        aliases = self._aliases.of(urn, request)
        if not request.custom:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        inputs: Properties = rpc.deserialize_properties(request.object)
        goal = Resource(
            type=request.type,
            name=request.name,
            id="",
            inputs=_plain(inputs),
            outputs={},
            dependencies=sorted({*request.dependencies, *filter(None, [request.parent])}),
            protect=request.protect,
            retain=retain,
        )
        resource_id, properties = self._steps.register(urn, goal, Options.of(request, aliases))
        for name in properties.keys() & set(request.additionalSecretOutputs):
            properties[name] = rpc.wrap_rpc_secret(properties[name])
        found = asyncio.get_event_loop().run_until_complete(rpc.serialize_properties(properties, {}))
        return resource_pb2.RegisterResourceResponse(urn=urn, id=resource_id, object=found)

    def _is_retained(self, urn: str, request: Any) -> bool:
        """Return whether a resource has `retain_on_delete`, which it inherits from its parent."""
        own = request.HasField("retainOnDelete")
        retained = request.retainOnDelete if own else request.parent in self._retained
        if retained:
            self._retained.add(urn)
        return retained

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        """Ignore the outputs of a component."""
        del request
        return empty_pb2.Empty()


def _plain(value: Any) -> Any:
    """Return inputs in the provider's form: files as path and hash, secrets unwrapped."""
    if isinstance(value, pulumi.FileArchive | pulumi.FileAsset):
        path = Path(value.path)
        kind = "archive" if isinstance(value, pulumi.FileArchive) else "asset"
        return {kind: {"path": str(path), "hash": hashlib.sha256(path.read_bytes()).hexdigest()}}
    if rpc.is_rpc_secret(value):
        return _plain(rpc.unwrap_rpc_secret(value))
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in cast("Properties", value).items()}
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[Any]", value)]
    # Protobuf has no integers.
    return int(value) if isinstance(value, float) and value.is_integer() else value
