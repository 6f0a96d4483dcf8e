"""Lambda functions: code, configuration, reserved concurrency and published versions.

The emulator runs a function and takes further updates while it still reports a change as in
progress, so nothing here waits for that: an edited handler is live when `update` returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties, ProviderError, ResourceType
from provider.cloud import Cloud
from provider.lambda_.archive import digest, zip_file
from provider.shapes import camel, pascal, tag_changes, unless_gone

CONFIGURATION = (
    "deadLetterConfig",
    "description",
    "environment",
    "ephemeralStorage",
    "handler",
    "kmsKeyArn",
    "layers",
    "loggingConfig",
    "memorySize",
    "role",
    "runtime",
    "snapStart",
    "timeout",
    "tracingConfig",
)
"""The inputs that UpdateFunctionConfiguration changes."""

UNRESERVED = -1
"""`reservedConcurrentExecutions` of a function that shares the account's concurrency."""


class Function(ResourceType):
    """A Lambda function; its id is its name."""

    token = "aws:lambda/function:Function"
    inputs = frozenset(
        {
            *CONFIGURATION,
            "architectures",
            "code",
            "name",
            "packageType",
            "publish",
            "reservedConcurrentExecutions",
            "tags",
        }
    )
    replace_on = frozenset({"name", "packageType"})
    autoname = AutoName("name", 64)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Make the function, reserve its concurrency and publish its first version, as asked."""
        client: Any = cloud.client("lambda")
        name: str = inputs["name"]
        stated = inputs.keys() & {*CONFIGURATION, "architectures", "packageType"}
        client.create_function(
            FunctionName=name,
            Code={"ZipFile": zip_file(inputs)},
            Tags=inputs.get("tags") or {},
            **_arguments({key: inputs[key] for key in stated}),
        )
        if "reservedConcurrentExecutions" in inputs:
            _reserve(client, name, inputs)
        if inputs.get("publish"):
            _publish(client, name)
        return name

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        """All inputs but the code, of which AWS tells only digest and size."""
        client: Any = cloud.client("lambda")
        answer = unless_gone(client.get_function, "ResourceNotFoundException", FunctionName=resource_id)
        if answer is None:
            return None
        configuration = answer["Configuration"]
        reserved = answer.get("Concurrency", {}).get("ReservedConcurrentExecutions", UNRESERVED)
        return {
            **_settings(configuration),
            "name": configuration["FunctionName"],
            "reservedConcurrentExecutions": reserved,
            "tags": answer.get("Tags", {}),
            **_names(cloud, configuration["FunctionArn"], _latest_version(client, resource_id)),
            "lastModified": configuration["LastModified"],
            "codeSha256": configuration["CodeSha256"],
            "sourceCodeSize": configuration["CodeSize"],
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Change what differs, by as few calls as it takes: one where the code alone changed."""
        client: Any = cloud.client("lambda")
        configured = _update_configuration(client, resource_id, old, new)
        coded = _update_code(client, resource_id, old, new)
        if _differs(old, new, "reservedConcurrentExecutions"):
            _reserve(client, resource_id, new)
        if _differs(old, new, "tags"):
            _update_tags(client, cloud.arn("lambda", f"function:{resource_id}"), old, new)
        if new.get("publish") and (configured or coded or not old.get("publish")):
            _publish(client, resource_id)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        """Remove the function with all its versions."""
        client: Any = cloud.client("lambda")
        unless_gone(client.delete_function, "ResourceNotFoundException", FunctionName=resource_id)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name."""
        return inputs["name"] if self.read(cloud, inputs["name"], inputs) else None


def invoke_arn(cloud: Cloud, arn: str) -> str:
    """What API Gateway calls to invoke the function, version or alias of this ARN."""
    return f"arn:aws:apigateway:{cloud.region}:lambda:path/2015-03-31/functions/{arn}/invocations"


def _names(cloud: Cloud, arn: str, version: str) -> Properties:
    qualified = f"{arn}:{version}"
    return {
        "arn": arn,
        "invokeArn": invoke_arn(cloud, arn),
        "qualifiedArn": qualified,
        "qualifiedInvokeArn": invoke_arn(cloud, qualified),
        "version": version,
    }


def _latest_version(client: Any, name: str) -> str:
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    return pages.build_full_result()["Versions"][-1]["Version"]


def _update_configuration(client: Any, name: str, old: Properties, new: Properties) -> bool:
    """Set what was changed, and put back to AWS's default what is no longer stated."""
    defaults = _defaults(name)
    settings = {**defaults, **new}
    stated = [key for key in CONFIGURATION if key in settings]
    changed = {key: settings[key] for key in stated if settings[key] != old.get(key, defaults.get(key))}
    if changed:
        client.update_function_configuration(FunctionName=name, **_arguments(changed))
    return bool(changed)


def _update_code(client: Any, name: str, old: Properties, new: Properties) -> bool:
    architectures = _differs(old, new, "architectures")
    if digest(old) == digest(new) and not architectures:
        return False
    platform = {"Architectures": new.get("architectures", ["x86_64"])} if architectures else {}
    client.update_function_code(FunctionName=name, ZipFile=zip_file(new), **platform)
    return True


def _update_tags(client: Any, arn: str, old: Properties, new: Properties) -> None:
    to_set, to_remove = tag_changes(old, new)
    if to_set:
        client.tag_resource(Resource=arn, Tags=to_set)
    if to_remove:
        client.untag_resource(Resource=arn, TagKeys=to_remove)


def _reserve(client: Any, name: str, inputs: Properties) -> None:
    reserved = inputs.get("reservedConcurrentExecutions", UNRESERVED)
    if reserved == UNRESERVED:
        client.delete_function_concurrency(FunctionName=name)
    else:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)


def _publish(client: Any, name: str) -> None:
    """Publish a version, and wait for it where SnapStart makes it refuse calls until it is ready."""
    from botocore.exceptions import WaiterError

    published = client.publish_version(FunctionName=name)
    if published.get("SnapStart", {}).get("OptimizationStatus") != "On":
        return
    version = published["Version"]
    waiter = client.get_waiter("published_version_active")
    try:
        waiter.wait(FunctionName=name, Qualifier=version, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})
    except WaiterError as error:
        response: Any = error.last_response
        reason = response.get("StateReason") or error
        raise ProviderError(f"version {version} of {name} did not become active: {reason}") from error


def _differs(old: Properties, new: Properties, key: str) -> bool:
    return old.get(key) != new.get(key)


def _defaults(name: str) -> Properties:
    return {
        "deadLetterConfig": {"targetArn": ""},
        "description": "",
        "environment": {},
        "ephemeralStorage": {"size": 512},
        "kmsKeyArn": "",
        "layers": [],
        "loggingConfig": {"logFormat": "Text", "logGroup": f"/aws/lambda/{name}"},
        "memorySize": 128,
        "snapStart": {"applyOn": "None"},
        "timeout": 3,
        "tracingConfig": {"mode": "PassThrough"},
    }


def _arguments(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs in AWS's shape; the names of environment variables are data and stay as they are."""
    arguments: dict[str, Any] = pascal(settings)
    if "environment" in settings:
        arguments["Environment"] = {"Variables": settings["environment"].get("variables", {})}
    if "kmsKeyArn" in settings:
        arguments["KMSKeyArn"] = arguments.pop("KmsKeyArn")
    return arguments


def _settings(configuration: Mapping[str, Any]) -> Properties:
    """AWS's configuration of a function as inputs."""
    told: Properties = camel(configuration)
    told["environment"] = {"variables": configuration.get("Environment", {}).get("Variables", {})}
    if not told.get("deadLetterConfig", {}).get("targetArn"):
        told.pop("deadLetterConfig", None)
    if "SnapStart" in configuration:
        told["snapStart"] = {"applyOn": configuration["SnapStart"]["ApplyOn"]}
    told["kmsKeyArn"] = configuration.get("KMSKeyArn", "")
    told["layers"] = [layer["Arn"] for layer in configuration.get("Layers", [])]
    return {key: told[key] for key in (*CONFIGURATION, "architectures", "packageType") if key in told}
