"""Records the resources that the program registers, with a monitor that replaces Pulumi's engine.

This does not show how AWS or the real provider would respond, nor unknown outputs, which only a preview
has, nor replacements and deletions, which only an update has.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import resource_pb2

from local.driver import program
from local.driver.stack import Stack
from provider.registry import type_infos

ROOT = Path(__file__).parents[1]
ACCOUNT = "123456789012"
REGION = "us-east-1"
NOT_PROVIDED = {"aws:sfn/stateMachine:StateMachine": "arn:aws:states:{region}:{account}:stateMachine:{name}"}
"""ARN patterns of types that the embedded cloud's provider does not have yet."""

ARNS = {info.token: info.arn for info in type_infos() if info.arn} | NOT_PROVIDED
"""ARN patterns by type token."""


@dataclass(frozen=True)
class Registered:
    """A resource as the program registered it; a secret input is `Secret(value)`."""

    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    protect: bool
    dependencies: tuple[str, ...]
    inputs: Mapping[str, Any]
    retained: bool = False


@dataclass(frozen=True)
class Secret:
    """A value that the program marked as a secret."""

    value: Any


@dataclass
class Graph:
    """The resources that one run registered, by URN, and the stack outputs."""

    resources: dict[str, Registered] = field(default_factory=dict[str, Registered])
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])

    def of(self, *types: str) -> dict[str, Registered]:
        """Return the resources of these types, by logical name."""
        return {item.name: item for item in self.resources.values() if item.type in types}

    def inputs(self, kind: str, name: str) -> Mapping[str, Any]:
        """Return the inputs of one resource."""
        return self.of(kind)[name].inputs


class Recorder(MockMonitor):
    """Records every registration and responds with the names and ARNs that AWS would return."""

    def __init__(self) -> None:
        super().__init__(program.NoMocks())
        self.graph = Graph()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        """Record a resource and respond as the engine would."""
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=urn)
        inputs = rpc.deserialize_properties(request.object)
        self.graph.resources[urn] = Registered(
            urn,
            request.type,
            request.name,
            request.parent,
            request.custom,
            request.protect,
            tuple(request.dependencies),
            {key: _marked(value) for key, value in inputs.items()},
            request.retainOnDelete,
        )
        if not request.custom:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        state = {**_unwrapped(inputs), **outputs_of(request.type, request.name, _unwrapped(inputs))}
        found = asyncio.get_event_loop().run_until_complete(rpc.serialize_properties(state, {}))
        return resource_pb2.RegisterResourceResponse(urn=urn, id=f"{request.name}-id", object=found)


class _Values(dict[str, Any]):
    """The values of an ARN pattern: the inputs, and the logical name in place of what AWS chooses."""

    def __init__(self, name: str, inputs: Mapping[str, Any]) -> None:
        defaults = {"eventBusName": "default", "functionName": "", "suffix": "1", "version": "1"}
        super().__init__({**defaults, **inputs, "region": REGION, "account": ACCOUNT, "name": name})
        self._name = name

    def __missing__(self, key: str) -> str:
        return self._name


def outputs_of(kind: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return those outputs that the provider would add to the inputs and that the program reads."""
    named = inputs.get("name", name)
    outputs: dict[str, Any] = {"name": named}
    if kind in ARNS:
        outputs["arn"] = ARNS[kind].format_map(_Values(named, inputs))
    match kind:
        case "aws:lambda/function:Function" | "aws:lambda/alias:Alias":
            outputs["invokeArn"] = f"arn:aws:apigateway:{REGION}:lambda:path/{outputs['arn']}/invocations"
            outputs["version"] = "1"
        case "aws:dynamodb/table:Table":
            outputs["streamArn"] = f"{outputs['arn']}/stream/1"
        case "aws:sqs/queue:Queue":
            outputs["url"] = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{named}"
        case "aws:kms/key:Key":
            outputs["keyId"] = f"{name}-id"
        case "aws:cognito/userPool:UserPool":
            outputs["endpoint"] = f"cognito-idp.{REGION}.amazonaws.com/{name}-id"
        case "aws:apigatewayv2/api:Api":
            outputs["apiEndpoint"] = f"https://{name}-id.execute-api.{REGION}.amazonaws.com"
            outputs["executionArn"] = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{name}-id"
        case "aws:cloudfront/distribution:Distribution":
            outputs["domainName"] = f"{name}.cloudfront.net"
            outputs["hostedZoneId"] = "Z2FDTNDATAQYW2"
        case "aws:apigatewayv2/stage:Stage":
            outputs["invokeUrl"] = f"https://{inputs['apiId']}.execute-api.{REGION}.amazonaws.com/{named}"
        case _:
            pass
    return outputs


def whole(stack: str, *, secrets: tuple[str, ...] = (), **overrides: Any) -> Graph:
    """Return the program's graph for a stack; `overrides` replace keys of the stack file."""
    loaded = Stack.load(ROOT, stack, {key.replace("__", ":"): value for key, value in overrides.items()})
    recorder = Recorder()
    stack_with_secrets = Stack(loaded.project, loaded.name, loaded.config, loaded.pattern, secrets)
    recorder.graph.outputs = program.run(ROOT, stack_with_secrets, recorder)
    return recorder.graph


def built(declare: Callable[[], Any]) -> Graph:
    """Return the graph that a function declares."""
    recorder = Recorder()
    recorder.graph.outputs = program.register(declare, Stack("strata", "test", {}, ""), recorder)
    return recorder.graph


def statements(document: str) -> list[dict[str, Any]]:
    """Return the statements of a policy document."""
    return json.loads(document)["Statement"]


def _marked(value: Any) -> Any:
    return Secret(rpc.unwrap_rpc_secret(value)) if rpc.is_rpc_secret(value) else value


def _unwrapped(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: rpc.unwrap_rpc_secret(value) if rpc.is_rpc_secret(value) else value
        for key, value in inputs.items()
        if not isinstance(value, pulumi.Archive)
    }
