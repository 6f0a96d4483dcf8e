"""Published versions and SnapStart against the embedded cloud: when a version is made, and who reaches it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provider.base import Properties
from provider.cloud import Cloud
from provider.services.lambda_.alias import Alias
from provider.services.lambda_.function import Function
from tests.local.provider.functions import archive, function, invoke, returning, running

SNAP = {"applyOn": "PublishedVersions"}


def versions(cloud: Cloud, name: str) -> list[str]:
    """The published versions of a function, oldest first."""
    found: Any = cloud.client("lambda").list_versions_by_function(FunctionName=name)["Versions"]
    return [each["Version"] for each in found if each["Version"] != "$LATEST"]


def snapped(cloud: Cloud, directory: Path, name: str, source: str, **inputs: Any) -> Properties:
    """The inputs of a function as production declares one that callers wait for."""
    return function(cloud, directory, name, source, publish=True, snapStart=SNAP, **inputs)


@contextmanager
def live(cloud: Cloud, inputs: Properties) -> Generator[Properties]:
    """The inputs of a running function's alias `live`, which points to the version just published."""
    with running(cloud, inputs) as outputs:
        alias = {"name": "live", "functionName": inputs["name"], "functionVersion": outputs["version"]}
        Alias().create(cloud, alias)
        yield alias


def update(cloud: Cloud, alias: Properties, old: Properties, new: Properties) -> Properties:
    """Update the function, then its alias as the program does: to the version that the function reports."""
    Function().update(cloud, old["name"], old, new)
    outputs = Function().read(cloud, old["name"], new)
    assert outputs is not None
    moved = {**alias, "functionVersion": outputs["version"]}
    if moved != alias:
        Alias().update(cloud, alias["functionName"], alias, moved)
    return moved


def test_unchanged_function_publishes_one_version(cloud: Cloud, tmp_path: Path) -> None:
    """The same function applied again publishes nothing, and equal bytes in another file are no change."""
    inputs = snapped(cloud, tmp_path, "steady", returning("one"))
    copy = tmp_path / "copy.zip"
    copy.write_bytes(Path(inputs["code"]["archive"]["path"]).read_bytes())
    copied = {**inputs, "code": {"archive": {**inputs["code"]["archive"], "path": str(copy)}}}
    with live(cloud, inputs) as alias:
        again = update(cloud, alias, inputs, inputs)
        moved = update(cloud, again, inputs, copied)
        published = versions(cloud, "steady")

    assert (published, moved) == (["1"], alias)


def test_changed_code_publishes_the_next_version_for_the_alias(cloud: Cloud, tmp_path: Path) -> None:
    """A changed zip publishes one version; callers of the alias get it, the version before stays callable."""
    old = snapped(cloud, tmp_path, "moving", returning("old"))
    new = {**old, "code": archive(tmp_path, {"main.py": returning("new")})}
    with live(cloud, old) as alias:
        arn = cloud.arn("lambda", "function:moving")
        before = invoke(cloud, f"{arn}:live")
        moved = update(cloud, alias, old, new)
        after = [invoke(cloud, f"{arn}:{qualifier}") for qualifier in ("live", "2", "1")]
        published = versions(cloud, "moving")

    assert (before, after) == ("old", ["new", "new", "old"])
    assert (published, moved["functionVersion"]) == (["1", "2"], "2")


def test_changed_configuration_publishes_the_next_version(cloud: Cloud, tmp_path: Path) -> None:
    """A changed variable is part of a version, and so is a snapshot's configuration; a tag is not."""
    old = snapped(cloud, tmp_path, "configured", returning("one"))
    tagged = {**old, "tags": {"stack": "prod"}}
    new = {**tagged, "environment": {"variables": {"AB": "1"}}}
    with live(cloud, old) as alias:
        same = update(cloud, alias, old, tagged)
        moved = update(cloud, same, tagged, new)

    assert (same["functionVersion"], moved["functionVersion"]) == ("1", "2")


def test_function_that_had_no_version_publishes_its_first(cloud: Cloud, tmp_path: Path) -> None:
    """SnapStart turned on for a deployed function publishes version 1 of the code that it has."""
    old = function(cloud, tmp_path, "converted", returning("one"), publish=False)
    new = {**old, "publish": True, "snapStart": SNAP}
    with running(cloud, old):
        Function().update(cloud, "converted", old, new)
        result = invoke(cloud, cloud.arn("lambda", "function:converted:1"))

        assert (versions(cloud, "converted"), result) == (["1"], "one")


def test_only_the_published_version_has_a_snapshot(cloud: Cloud, tmp_path: Path) -> None:
    """Lambda takes snapshots of versions, never of $LATEST."""
    client: Any = cloud.client("lambda")
    with running(cloud, snapped(cloud, tmp_path, "optimized", returning("one"))):
        states = {
            qualifier: client.get_function_configuration(FunctionName="optimized", Qualifier=qualifier)[
                "SnapStart"
            ]
            for qualifier in ("$LATEST", "1")
        }

    assert states == {
        "$LATEST": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"},
        "1": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"},
    }


def test_snap_start_is_refused_for_an_older_runtime(cloud: Cloud, tmp_path: Path) -> None:
    """Lambda has SnapStart for Python from 3.12 on."""
    inputs = snapped(cloud, tmp_path, "elder", returning("one"), runtime="python3.11")

    with pytest.raises(ClientError, match=r"SnapStart is not supported for the python3\.11 runtime"):
        Function().create(cloud, inputs)
