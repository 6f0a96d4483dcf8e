"""Lambda's resource types against the embedded cloud."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.provider.base import Properties, ProviderError
from local.provider.cloud import Cloud
from local.provider.lambda_ import TYPES
from local.provider.lambda_.alias import Alias
from local.provider.lambda_.event_invoke_config import FunctionEventInvokeConfig
from local.provider.lambda_.function import Function
from local.provider.lambda_.layer_version import LayerVersion
from local.provider.lambda_.permission import Permission
from tests.local.provider.functions import ECHO, archive, function, invoke, role, running
from tests.local.provider.lifecycle import exercise, expect_reads

ENVIRONMENT = "import os\n\n\ndef handler(event, context):\n    return os.environ.get(event)\n"


def says(word: str) -> str:
    """The source of a handler that answers this word."""
    return f"def handler(event, context):\n    return {word!r}\n"


def calls(cloud: Cloud, name: str) -> list[str]:
    """The operations of Lambda's API that name this function, as CloudTrail recorded them, in order."""
    events = cloud.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": name}]
    )["Events"]
    return [event["EventName"] for event in reversed(events)]


def test_types_are_the_services_five() -> None:
    """The module offers each of its types once."""
    assert [kind.token for kind in TYPES] == [
        "aws:lambda/function:Function",
        "aws:lambda/layerVersion:LayerVersion",
        "aws:lambda/permission:Permission",
        "aws:lambda/alias:Alias",
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    ]


def test_function_with_every_input_lives_its_life(cloud: Cloud, tmp_path: Path) -> None:
    """A function reads as it was written, before and after every changeable input has changed."""
    code = archive(tmp_path, {"main.py": ECHO})
    inputs: Properties = {
        "name": "life",
        "code": code,
        "handler": "main.handler",
        "runtime": "python3.11",
        "role": role(cloud, "functions"),
        "architectures": ["arm64"],
        "memorySize": 256,
        "timeout": 10,
        "environment": {"variables": {"lower_case": "kept", "UPPER_CASE": "kept"}},
        "layers": [],
        "deadLetterConfig": {"targetArn": cloud.arn("sqs", "dead")},
        "tracingConfig": {"mode": "Active"},
        "loggingConfig": {"logFormat": "JSON", "logGroup": "/life", "systemLogLevel": "WARN"},
        "reservedConcurrentExecutions": 4,
        "publish": False,
        "ephemeralStorage": {"size": 1024},
        "description": "A life",
        "packageType": "Zip",
        "kmsKeyArn": cloud.arn("kms", "key/1"),
        "tags": {"stack": "local", "owner": "users"},
    }
    changed: Properties = {
        **inputs,
        "code": archive(tmp_path, {"main.py": says("changed")}),
        "handler": "other.handler",
        "runtime": "python3.12",
        "role": role(cloud, "others"),
        "architectures": ["x86_64"],
        "memorySize": 512,
        "timeout": 20,
        "environment": {"variables": {"UPPER_CASE": "changed"}},
        "deadLetterConfig": {"targetArn": cloud.arn("sqs", "deader")},
        "tracingConfig": {"mode": "PassThrough"},
        "loggingConfig": {"logFormat": "Text", "logGroup": "/afterlife"},
        "reservedConcurrentExecutions": 0,
        "snapStart": {"applyOn": "PublishedVersions"},
        "ephemeralStorage": {"size": 512},
        "description": "Another life",
        "kmsKeyArn": cloud.arn("kms", "key/2"),
        "tags": {"stack": "dev", "component": "api"},
    }

    outputs = exercise(cloud, Function(), inputs, changed)

    arn = cloud.arn("lambda", "function:life")
    integration = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions"
    told = {key: value for key, value in outputs.items() if key not in {*inputs, "lastModified"}}
    assert told == {
        "arn": arn,
        "invokeArn": f"{integration}/{arn}/invocations",
        "qualifiedArn": f"{arn}:$LATEST",
        "qualifiedInvokeArn": f"{integration}/{arn}:$LATEST/invocations",
        "version": "$LATEST",
        "codeSha256": base64.b64encode(bytes.fromhex(code["archive"]["hash"])).decode(),
        "sourceCodeSize": Path(code["archive"]["path"]).stat().st_size,
        "snapStart": {"applyOn": "None"},
    }


def test_function_goes_back_to_defaults(cloud: Cloud, tmp_path: Path) -> None:
    """An input that the program no longer states goes back to what AWS takes for it."""
    bare = function(cloud, tmp_path, "defaults")
    stated: Properties = {
        **bare,
        "architectures": ["arm64"],
        "deadLetterConfig": {"targetArn": cloud.arn("sqs", "dead")},
        "description": "stated",
        "environment": {"variables": {"A": "1"}},
        "ephemeralStorage": {"size": 1024},
        "kmsKeyArn": cloud.arn("kms", "key/1"),
        "loggingConfig": {"logFormat": "JSON", "logGroup": "/stated"},
        "memorySize": 256,
        "reservedConcurrentExecutions": 4,
        "tags": {"a": "1"},
        "timeout": 10,
        "tracingConfig": {"mode": "Active"},
    }
    with running(cloud, {**bare, "name": "defaults-untouched"}) as untouched, running(cloud, stated):
        Function().update(cloud, "defaults", stated, bare)

        back = Function().read(cloud, "defaults", bare)

    assert back is not None
    expected = {
        key: untouched[key] for key in stated.keys() & untouched.keys() - {"name", "code", "loggingConfig"}
    }
    assert {key: back[key] for key in expected} == expected
    assert "deadLetterConfig" not in back
    assert back["loggingConfig"] == {"logFormat": "Text", "logGroup": "/aws/lambda/defaults"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"code": "moved"}, []),
        ({"memorySize": 128}, []),
        ({"code": "edited"}, ["UpdateFunctionCode"]),
        ({"timeout": 9, "memorySize": 256}, ["UpdateFunctionConfiguration"]),
        ({"code": "edited", "timeout": 9}, ["UpdateFunctionConfiguration", "UpdateFunctionCode"]),
    ],
    ids=["nothing", "archive-moved", "default-stated", "code", "configuration", "both"],
)
def test_update_makes_only_the_calls_it_needs(
    cloud: Cloud, tmp_path: Path, request: pytest.FixtureRequest, change: Properties, expected: list[str]
) -> None:
    """An update asks AWS for what differs, and an archive differs by its bytes alone."""
    name = f"calls-{request.node.callspec.id}"
    old = function(cloud, tmp_path, name)
    moved = tmp_path / "moved"
    moved.mkdir()
    codes = {
        "moved": {"archive": {**old["code"]["archive"], "path": str(moved / "absent.zip")}},
        "edited": archive(tmp_path, {"main.py": says("edited")}),
    }
    with running(cloud, old):
        before = calls(cloud, name)
        Function().update(
            cloud, name, old, {**old, **change, "code": codes.get(change.get("code", ""), old["code"])}
        )

        assert calls(cloud, name)[len(before) :] == expected


def test_edited_code_is_live_when_update_returns(cloud: Cloud, tmp_path: Path) -> None:
    """A function that is warm answers with its new code at the next call."""
    old = function(cloud, tmp_path, "edited", says("old"))
    new = {**old, "code": archive(tmp_path, {"main.py": says("new")})}
    with running(cloud, old):
        assert invoke(cloud, "edited") == "old"

        Function().update(cloud, "edited", old, new)

        assert invoke(cloud, "edited") == "new"


def test_changed_environment_is_live_when_update_returns(cloud: Cloud, tmp_path: Path) -> None:
    """A function that is warm sees its new environment at the next call."""
    old = function(cloud, tmp_path, "environment", ENVIRONMENT, environment={"variables": {"COLOUR": "red"}})
    new = {**old, "environment": {"variables": {"COLOUR": "blue"}}}
    with running(cloud, old):
        assert invoke(cloud, "environment", "COLOUR") == "red"

        Function().update(cloud, "environment", old, new)

        assert invoke(cloud, "environment", "COLOUR") == "blue"


def test_function_finds_its_layers_modules(cloud: Cloud, tmp_path: Path) -> None:
    """A handler imports from its layer, and from the newer version once the function has that."""
    source = "import greeting\n\n\ndef handler(event, context):\n    return greeting.WORD\n"
    layers = [
        LayerVersion().create(
            cloud,
            {
                "layerName": "greetings",
                "code": archive(tmp_path, {"python/greeting.py": f"WORD = {word!r}\n"}),
                "compatibleRuntimes": ["python3.11"],
            },
        )
        for word in ("hello", "goodbye")
    ]
    old = function(cloud, tmp_path, "greeter", source, layers=layers[:1])
    new = {**old, "layers": layers[1:]}
    with running(cloud, old):
        first = invoke(cloud, "greeter")
        Function().update(cloud, "greeter", old, new)
        second = invoke(cloud, "greeter")
        expect_reads(cloud, Function(), "greeter", new)

    assert layers == [cloud.arn("lambda", f"layer:greetings:{number}") for number in (1, 2)]
    assert (first, second) == ("hello", "goodbye")


def test_published_versions_are_numbered(cloud: Cloud, tmp_path: Path) -> None:
    """With `publish`, creation and each change of code or configuration make the next version."""
    old = function(cloud, tmp_path, "published", publish=True)
    tagged = {**old, "tags": {"a": "1"}}
    changed = {**tagged, "timeout": 9}
    with running(cloud, old) as first:
        Function().update(cloud, "published", old, tagged)
        second = Function().read(cloud, "published", tagged)
        Function().update(cloud, "published", tagged, changed)
        third = Function().read(cloud, "published", changed)

    assert second is not None
    assert third is not None
    assert [each["version"] for each in (first, second, third)] == ["1", "1", "2"]
    assert third["qualifiedArn"] == cloud.arn("lambda", "function:published:2")


def test_snap_started_version_answers_once_published(cloud: Cloud, tmp_path: Path) -> None:
    """A version with SnapStart can be called as soon as the function is made."""
    snap = {"applyOn": "PublishedVersions"}
    inputs = function(
        cloud, tmp_path, "snapped", says("snap"), runtime="python3.12", publish=True, snapStart=snap
    )
    with running(cloud, inputs) as outputs:
        assert invoke(cloud, outputs["qualifiedArn"]) == "snap"


def test_snap_started_version_that_cannot_start_is_an_error(cloud: Cloud, tmp_path: Path) -> None:
    """A handler that fails on import fails the creation with the version and the reason."""
    snap = {"applyOn": "PublishedVersions"}
    inputs = function(
        cloud, tmp_path, "unborn", "1 / 0\n", runtime="python3.12", publish=True, snapStart=snap
    )
    try:
        with pytest.raises(ProviderError, match=r"^version 1 of unborn did not become active: .*"):
            Function().create(cloud, inputs)
    finally:
        Function().delete(cloud, "unborn", inputs)


def test_function_without_role_is_refused(cloud: Cloud, tmp_path: Path) -> None:
    """AWS's refusal passes through, and nothing is left behind."""
    inputs = function(cloud, tmp_path, "roleless", role="arn:aws:iam::000000000000:role/absent")

    with pytest.raises(ClientError) as refusal:
        Function().create(cloud, inputs)

    assert refusal.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert Function().find(cloud, inputs) is None


def test_unreadable_archive_is_an_error(cloud: Cloud, tmp_path: Path) -> None:
    """An archive that is not there is named, with the reason, before AWS is asked."""
    code = {"archive": {"path": str(tmp_path / "absent.zip"), "hash": "0" * 64}}
    inputs = function(cloud, tmp_path, "absent", code=code)

    with pytest.raises(ProviderError) as error:
        Function().create(cloud, inputs)

    assert str(error.value) == (
        f"the code archive {tmp_path / 'absent.zip'} cannot be read: No such file or directory"
    )
    assert Function().find(cloud, inputs) is None


def test_layer_version_lives_its_life(cloud: Cloud, tmp_path: Path) -> None:
    """A layer version reads as it was written, and its ARN carries its number."""
    code = archive(tmp_path, {"python/word.py": "WORD = 1\n"})
    inputs: Properties = {
        "layerName": "life",
        "code": code,
        "compatibleRuntimes": ["python3.11"],
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
    """Of a layer's versions, the one with the same bytes and description is found."""
    inputs = [
        {"layerName": "found", "code": archive(tmp_path, {"python/n.py": text}), "description": description}
        for text, description in (("N = 1\n", "a"), ("N = 1\n", "b"), ("N = 2\n", "b"))
    ]
    made = [LayerVersion().create(cloud, each) for each in inputs]

    assert [LayerVersion().find(cloud, each) for each in inputs] == made
    assert LayerVersion().find(cloud, {**inputs[0], "description": "c"}) is None


def test_kept_layer_version_outlives_its_resource(cloud: Cloud, tmp_path: Path) -> None:
    """A layer version with `skipDestroy` is there after its deletion."""
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
def test_permission_lives_its_life(cloud: Cloud, tmp_path: Path, principal: str, source: Properties) -> None:
    """A permission reads as it was written, and is gone alone when it goes."""
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


def test_permission_of_a_qualifier_is_apart(cloud: Cloud, tmp_path: Path) -> None:
    """A permission on an alias is read from the alias's policy and not from the function's."""
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


def test_alias_lives_its_life(cloud: Cloud, tmp_path: Path) -> None:
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
def test_event_invoke_config_lives_its_life(cloud: Cloud, tmp_path: Path, qualifier: Properties) -> None:
    """Retries, age and destinations read as they were written; without retries is not the default."""
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
    """What hangs on a function goes with it: reading says so and deleting it is no error."""
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
