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

ROOT = Path(__file__).parents[1]
ACCOUNT = "123456789012"
REGION = "us-east-1"
ARNS = {
    "aws:dynamodb/table:Table": "dynamodb:{region}:{account}:table/{name}",
    "aws:iam/role:Role": "iam::{account}:role/{name}",
    "aws:lambda/function:Function": "lambda:{region}:{account}:function:{name}",
    "aws:lambda/alias:Alias": "lambda:{region}:{account}:function:{functionName}:{name}",
    "aws:lambda/layerVersion:LayerVersion": "lambda:{region}:{account}:layer:{name}:1",
    "aws:cloudwatch/logGroup:LogGroup": "logs:{region}:{account}:log-group:{name}",
    "aws:cognito/userPool:UserPool": "cognito-idp:{region}:{account}:userpool/{name}",
    "aws:sqs/queue:Queue": "sqs:{region}:{account}:{name}",
    "aws:sns/topic:Topic": "sns:{region}:{account}:{name}",
    "aws:kms/key:Key": "kms:{region}:{account}:key/{name}",
    "aws:cloudwatch/eventBus:EventBus": "events:{region}:{account}:event-bus/{name}",
    "aws:cloudwatch/eventArchive:EventArchive": "events:{region}:{account}:archive/{name}",
    "aws:cloudwatch/eventRule:EventRule": "events:{region}:{account}:rule/{eventBusName}/{name}",
    "aws:cloudwatch/eventConnection:EventConnection": "events:{region}:{account}:connection/{name}/1",
    "aws:cloudwatch/eventApiDestination:EventApiDestination": (
        "events:{region}:{account}:api-destination/{name}/1"
    ),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": (
        "firehose:{region}:{account}:deliverystream/{name}"
    ),
    "aws:s3/bucket:Bucket": "s3:::{name}",
    "aws:ses/template:Template": "ses:{region}:{account}:template/{name}",
    "aws:sesv2/configurationSet:ConfigurationSet": (
        "ses:{region}:{account}:configuration-set/{configurationSetName}"
    ),
    "aws:sesv2/emailIdentity:EmailIdentity": "ses:{region}:{account}:identity/{emailIdentity}",
    "aws:secretsmanager/secret:Secret": "secretsmanager:{region}:{account}:secret:{name}",
    "aws:sfn/stateMachine:StateMachine": "states:{region}:{account}:stateMachine:{name}",
}


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
        )
        if not request.custom:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        state = {**_unwrapped(inputs), **outputs_of(request.type, request.name, _unwrapped(inputs))}
        found = asyncio.get_event_loop().run_until_complete(rpc.serialize_properties(state, {}))
        return resource_pb2.RegisterResourceResponse(urn=urn, id=f"{request.name}-id", object=found)


def outputs_of(kind: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return those outputs that the provider would add to the inputs and that the program reads."""
    named = inputs.get("name", name)
    outputs: dict[str, Any] = {"name": named}
    if kind in ARNS:
        words = {
            "region": REGION,
            "account": ACCOUNT,
            "functionName": "",
            "eventBusName": "default",
            **inputs,
            "name": named,
        }
        outputs["arn"] = "arn:aws:" + ARNS[kind].format_map(words)
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
