"""Layers, and the resources of a Lambda function, against the embedded cloud."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from provider.base import Properties
from provider.cloud import Cloud
from provider.services.lambda_.alias import Alias
from provider.services.lambda_.function import Function
from provider.services.lambda_.function_event_invoke_config import FunctionEventInvokeConfig
from provider.services.lambda_.layer_version import LayerVersion
from provider.services.lambda_.permission import Permission
from tests.local.provider.functions import archive, function, running
from tests.local.provider.lifecycle import exercise, expect_reads


def test_layer_version_create_read_update_delete(cloud: Cloud, tmp_path: Path) -> None:
    """A layer version reads as it was written, and its ARN contains its number."""
    code = archive(tmp_path, {"python/word.py": "WORD = 1\n"})
    inputs: Properties = {
        "layerName": "life",
        "code": code,
        "compatibleRuntimes": ["python3.13"],
        "compatibleArchitectures": ["arm64"],
        "description": "words",
        "licenseInfo": "MIT",
        "skipDestroy": False,
    }

    outputs = exercise(cloud, LayerVersion(), inputs, inputs)

    arn = cloud.arn("lambda", "layer:life")
    assert {key: value for key, value in outputs.items() if key not in {*inputs, "createdDate"}} == {
        "arn": f"{arn}:1",
        "layerArn": arn,
        "version": "1",
        "codeSha256": base64.b64encode(bytes.fromhex(code["archive"]["hash"])).decode(),
        "sourceCodeSize": Path(code["archive"]["path"]).stat().st_size,
    }
    assert LayerVersion.replace_on == LayerVersion.inputs


def test_layer_version_is_found_by_content(cloud: Cloud, tmp_path: Path) -> None:
    """The version with the same bytes and description is found."""
    inputs = [
        {"layerName": "found", "code": archive(tmp_path, {"python/n.py": text}), "description": description}
        for text, description in (("N = 1\n", "a"), ("N = 1\n", "b"), ("N = 2\n", "b"))
    ]
    made = [LayerVersion().create(cloud, each) for each in inputs]

    assert [LayerVersion().find(cloud, each) for each in inputs] == made
    assert LayerVersion().find(cloud, {**inputs[0], "description": "c"}) is None


def test_layer_version_with_skip_destroy_is_kept(cloud: Cloud, tmp_path: Path) -> None:
    """A layer version with `skipDestroy` exists after its deletion."""
    inputs = {"layerName": "kept", "code": archive(tmp_path, {"python/n.py": ""}), "skipDestroy": True}
    arn = LayerVersion().create(cloud, inputs)

    LayerVersion().delete(cloud, arn, inputs)

    assert LayerVersion().find(cloud, inputs) == arn


@pytest.mark.parametrize(
    ("principal", "source"),
    [
        ("apigateway.amazonaws.com", {"sourceArn": "arn:aws:execute-api:us-east-1:000000000000:api1/*/*"}),
        ("s3.amazonaws.com", {"sourceArn": "arn:aws:s3:::bucket", "sourceAccount": "000000000000"}),
        ("111122223333", {}),
        ("*", {"sourceAccount": "000000000000"}),
    ],
    ids=["service", "service-of-account", "account", "everybody"],
)
def test_permission_create_read_update_delete(
    cloud: Cloud, tmp_path: Path, principal: str, source: Properties
) -> None:
    """A permission reads as it was written, and its deletion removes no other."""
    with running(cloud, function(cloud, tmp_path, "permitting")) as outputs:
        inputs: Properties = {
            "statementId": "one",
            "action": "lambda:InvokeFunction",
            "function": outputs["name"],
            "principal": principal,
            **source,
        }
        other = {**inputs, "statementId": "other", "function": outputs["arn"]}
        Permission().create(cloud, other)

        exercise(cloud, Permission(), inputs, inputs)

        expect_reads(cloud, Permission(), "other", other)
    assert Permission.replace_on == Permission.inputs


def test_permission_of_a_qualifier_is_separate(cloud: Cloud, tmp_path: Path) -> None:
    """A permission on an alias is read from the alias's policy, not from the function's."""
    with running(cloud, function(cloud, tmp_path, "qualified", publish=True)):
        Alias().create(cloud, {"name": "live", "functionName": "qualified", "functionVersion": "1"})
        inputs: Properties = {
            "statementId": "one",
            "action": "lambda:InvokeFunction",
            "function": "qualified",
            "principal": "events.amazonaws.com",
            "qualifier": "live",
        }

        exercise(cloud, Permission(), inputs, inputs)


def test_alias_create_read_update_delete(cloud: Cloud, tmp_path: Path) -> None:
    """An alias reads as it was written, moves to another version, and has its function's ARNs."""
    old = function(cloud, tmp_path, "aliased", publish=True)
    with running(cloud, old):
        Function().update(cloud, "aliased", old, {**old, "timeout": 9})
        inputs: Properties = {
            "name": "live",
            "functionName": "aliased",
            "functionVersion": "1",
            "description": "what callers use",
            "routingConfig": {"additionalVersionWeights": {"2": 0.1}},
        }
        changed = {"name": "live", "functionName": "aliased", "functionVersion": "2"}

        outputs = exercise(cloud, Alias(), inputs, changed)

    arn = cloud.arn("lambda", "function:aliased:live")
    invoke_arn = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    assert {key: value for key, value in outputs.items() if key not in inputs} == {
        "arn": arn,
        "invokeArn": invoke_arn,
    }


@pytest.mark.parametrize("qualifier", [{}, {"qualifier": "$LATEST"}], ids=["function", "qualifier"])
def test_event_invoke_config_create_read_update_delete(
    cloud: Cloud, tmp_path: Path, qualifier: Properties
) -> None:
    """Retries, age and destinations read as they were written; zero retries differ from the default."""
    with running(cloud, function(cloud, tmp_path, "asynchronous")):
        queue = cloud.client("sqs").create_queue(QueueName="failures")["QueueUrl"].rsplit("/", 1)[1]
        destination = {"destination": cloud.arn("sqs", queue)}
        inputs: Properties = {
            "functionName": "asynchronous",
            **qualifier,
            "maximumRetryAttempts": 0,
            "maximumEventAgeInSeconds": 60,
            "destinationConfig": {"onFailure": destination, "onSuccess": destination},
        }
        changed: Properties = {
            **inputs,
            "maximumRetryAttempts": 1,
            "destinationConfig": {"onFailure": destination},
        }

        exercise(cloud, FunctionEventInvokeConfig(), inputs, changed)


def test_children_of_a_deleted_function_are_gone(cloud: Cloud, tmp_path: Path) -> None:
    """AWS deletes the resources of a function with it; they read as None and can be deleted."""
    statement = {"statementId": "s", "action": "lambda:InvokeFunction", "principal": "*"}
    children: list[tuple[Any, Properties]] = [
        (Permission(), {"function": "parent", **statement}),
        (Alias(), {"functionName": "parent", "name": "live", "functionVersion": "$LATEST"}),
        (FunctionEventInvokeConfig(), {"functionName": "parent", "maximumRetryAttempts": 0}),
    ]
    with running(cloud, function(cloud, tmp_path, "parent")):
        made = [(kind, kind.create(cloud, inputs), inputs) for kind, inputs in children]

    for kind, resource_id, inputs in made:
        assert kind.read(cloud, resource_id, inputs) is None
        assert kind.find(cloud, inputs) is None
        kind.delete(cloud, resource_id, inputs)
