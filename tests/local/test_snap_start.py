"""SnapStart on the whole platform: which versions a deployment publishes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.checkout import ROOT, copy
from tests.local.checkouts import Checkout, changed_resources


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """A copy of the program whose local stack has SnapStart, as production has by default."""
    made = Checkout(copy(tmp_path / "strata"))
    made.edit("Pulumi.local.yaml", "  strata:auth:", "  strata:functions: {snapStart: true}\n  strata:auth:")
    yield made
    made.deployment.reset()


def with_snap_start() -> set[str]:
    """Return the functions that have an alias in production, from the recorded resources."""
    recorded = (ROOT / "recorded" / "resources.txt").read_text()
    return set(re.findall(r"aws:lambda/alias:Alias::(\S+) \[prod\]", recorded))


def published(checkout: Checkout) -> dict[str, list[str]]:
    """The published versions of each function that has the alias `live`, by its name in the program."""
    client: Any = checkout.deployment.emulator.cloud.client("lambda")
    found: dict[str, list[str]] = {}
    for each in client.get_paginator("list_functions").paginate().build_full_result()["Functions"]:
        name = each["FunctionName"]
        if client.list_aliases(FunctionName=name)["Aliases"]:
            versions = client.list_versions_by_function(FunctionName=name)["Versions"]
            found[each["Environment"]["Variables"]["AWS_SDK_UA_APP_ID"]] = [
                version["Version"] for version in versions if version["Version"] != "$LATEST"
            ]
    return found


def test_deployment_publishes_only_what_differs(checkout: Checkout) -> None:
    """The first publishes a version each, an unchanged one nothing, an edit one version of one function."""
    checkout.up()
    first = published(checkout)
    assert checkout.health() == 200
    assert checkout.up() == []
    assert published(checkout) == first == {name: ["1"] for name in first}

    checkout.edit("handlers/health/read.py", "Health(variable", "Health(version=variable")
    assert changed_resources(checkout.up()) == {
        ("update", "aws:lambda/function:Function::health-read"),
        ("update", "aws:lambda/alias:Alias::health-read"),
    }
    assert published(checkout) == {**first, "health-read": ["1", "2"]}
    assert checkout.health() == 200
    assert first.keys() == with_snap_start()
