"""Lambda functions against the embedded cloud."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from provider.base import Properties, ProviderError
from provider.cloud import Cloud
from provider.registry import types_of
from provider.services.lambda_.function import Function
from provider.services.lambda_.layer_version import LayerVersion
from tests.local.provider.functions import ECHO, archive, function, invoke, returning, role, running
from tests.local.provider.lifecycle import exercise, expect_reads

ENVIRONMENT = "import os\n\n\ndef handler(event, context):\n    return os.environ.get(event)\n"


def calls(cloud: Cloud, name: str) -> list[str]:
    """Return the Lambda API calls for this function that CloudTrail recorded, in order."""
    events = cloud.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": name}]
    )["Events"]
    return [event["EventName"] for event in reversed(events)]


def test_service_has_six_types() -> None:
    """The registry finds each type of the service once."""
    assert [kind.token for kind in types_of("lambda")] == [
        "aws:lambda/alias:Alias",
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "aws:lambda/function:Function",
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "aws:lambda/layerVersion:LayerVersion",
        "aws:lambda/permission:Permission",
    ]


def every_input(cloud: Cloud, folder: Path) -> Properties:
    """Return a function's inputs, each with a value of its own."""
    return {
        "name": "life",
        "code": archive(folder, {"main.py": ECHO}),
        "handler": "main.handler",
        "runtime": "python3.13",
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


def every_input_changed(cloud: Cloud, folder: Path, inputs: Properties) -> Properties:
    """Return the inputs with another value for each that can change."""
    return {
        **inputs,
        "code": archive(folder, {"main.py": returning("changed")}),
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


def test_function_create_read_update_delete_with_every_input(cloud: Cloud, tmp_path: Path) -> None:
    """A function reads as it was written, before and after an update of every input that can change."""
    inputs = every_input(cloud, tmp_path)
    code = inputs["code"]

    outputs = exercise(cloud, Function(), inputs, every_input_changed(cloud, tmp_path, inputs))

    arn = cloud.arn("lambda", "function:life")
    integration = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions"
    known_outputs = {key: value for key, value in outputs.items() if key not in {*inputs, "lastModified"}}
    assert known_outputs == {
        "arn": arn,
        "invokeArn": f"{integration}/{arn}/invocations",
        "qualifiedArn": f"{arn}:$LATEST",
        "qualifiedInvokeArn": f"{integration}/{arn}:$LATEST/invocations",
        "version": "$LATEST",
        "codeSha256": base64.b64encode(bytes.fromhex(code["archive"]["hash"])).decode(),
        "sourceCodeSize": Path(code["archive"]["path"]).stat().st_size,
        "snapStart": {"applyOn": "None"},
    }


def test_function_input_no_longer_stated_gets_its_default(cloud: Cloud, tmp_path: Path) -> None:
    """An input that the program no longer states gets AWS's default."""
    bare = function(cloud, tmp_path, "defaults")
    stated: Properties = {
        **bare,
        "architectures": ["arm64"],
        "deadLetterConfig": {"targetArn": cloud.arn("sqs", "dead")},
        "description": "stated",
        "environment": {"variables": {"AB": "1"}},
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
def test_update_calls_only_what_differs(
    cloud: Cloud, tmp_path: Path, request: pytest.FixtureRequest, change: Properties, expected: list[str]
) -> None:
    """An update sends only what differs, and an archive differs by its bytes only."""
    name = f"calls-{request.node.callspec.id}"
    old = function(cloud, tmp_path, name)
    moved = tmp_path / "moved"
    moved.mkdir()
    codes = {
        "moved": {"archive": {**old["code"]["archive"], "path": str(moved / "absent.zip")}},
        "edited": archive(tmp_path, {"main.py": returning("edited")}),
    }
    with running(cloud, old):
        before = calls(cloud, name)
        Function().update(
            cloud, name, old, {**old, **change, "code": codes.get(change.get("code", ""), old["code"])}
        )

        assert calls(cloud, name)[len(before) :] == expected


def test_edited_code_is_live_when_update_returns(cloud: Cloud, tmp_path: Path) -> None:
    """A warm function runs its new code at the next call."""
    old = function(cloud, tmp_path, "edited", returning("old"))
    new = {**old, "code": archive(tmp_path, {"main.py": returning("new")})}
    with running(cloud, old):
        assert invoke(cloud, "edited") == "old"

        Function().update(cloud, "edited", old, new)

        assert invoke(cloud, "edited") == "new"


def test_changed_environment_is_live_when_update_returns(cloud: Cloud, tmp_path: Path) -> None:
    """A warm function has its new environment at the next call."""
    old = function(cloud, tmp_path, "environment", ENVIRONMENT, environment={"variables": {"COLOUR": "red"}})
    new = {**old, "environment": {"variables": {"COLOUR": "blue"}}}
    with running(cloud, old):
        assert invoke(cloud, "environment", "COLOUR") == "red"

        Function().update(cloud, "environment", old, new)

        assert invoke(cloud, "environment", "COLOUR") == "blue"


def test_function_imports_from_its_layer(cloud: Cloud, tmp_path: Path) -> None:
    """A handler imports from its layer, and from the newer version after an update."""
    source = "import greeting\n\n\ndef handler(event, context):\n    return greeting.WORD\n"
    layers = [
        LayerVersion().create(
            cloud,
            {
                "layerName": "greetings",
                "code": archive(tmp_path, {"python/greeting.py": f"WORD = {word!r}\n"}),
                "compatibleRuntimes": ["python3.13"],
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
    """With `publish`, creation and each change of code or configuration publish the next version."""
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


def test_snap_start_version_responds_after_creation(cloud: Cloud, tmp_path: Path) -> None:
    """A version with SnapStart can be invoked as soon as the function is created."""
    snap = {"applyOn": "PublishedVersions"}
    inputs = function(
        cloud, tmp_path, "snapped", returning("snap"), runtime="python3.12", publish=True, snapStart=snap
    )
    with running(cloud, inputs) as outputs:
        assert invoke(cloud, outputs["qualifiedArn"]) == "snap"


def test_snap_start_version_that_cannot_start_is_an_error(cloud: Cloud, tmp_path: Path) -> None:
    """A handler that fails on import fails the creation; the error contains the version and the reason."""
    snap = {"applyOn": "PublishedVersions"}
    inputs = function(
        cloud, tmp_path, "unborn", "1 / 0\n", runtime="python3.12", publish=True, snapStart=snap
    )
    try:
        with pytest.raises(ProviderError, match=r"^version 1 of unborn did not become active: .*"):
            Function().create(cloud, inputs)
    finally:
        Function().delete(cloud, "unborn", inputs)


def test_function_without_role_is_rejected(cloud: Cloud, tmp_path: Path) -> None:
    """AWS's error is passed on, and no function is created."""
    inputs = function(cloud, tmp_path, "roleless", role="arn:aws:iam::000000000000:role/absent")

    with pytest.raises(ClientError) as refusal:
        Function().create(cloud, inputs)

    assert refusal.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert Function().find(cloud, inputs) is None


def test_unreadable_archive_is_an_error(cloud: Cloud, tmp_path: Path) -> None:
    """The error names a missing archive and the reason, before any call to AWS."""
    code = {"archive": {"path": str(tmp_path / "absent.zip"), "hash": "0" * 64}}
    inputs = function(cloud, tmp_path, "absent", code=code)

    with pytest.raises(ProviderError) as error:
        Function().create(cloud, inputs)

    assert str(error.value) == (
        f"the code archive {tmp_path / 'absent.zip'} cannot be read: No such file or directory"
    )
    assert Function().find(cloud, inputs) is None
