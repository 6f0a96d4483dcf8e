"""Edits of a copy of the program, and the resources that a run changed or that a cloud contains."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.engine.engine import Run
from provider.cloud import Cloud
from tests.checkout import ROOT

STATE_AT_THE_END = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
"""Makes the engine write its state once per run instead of at every step, which takes four times as long."""


def declared(stack: str) -> set[str]:
    """Return the shortened URNs of the resources that the stack registers, from the recorded list."""
    lines = (ROOT / "recorded/resources.txt").read_text().splitlines()
    recorded = [line.removesuffix("]").partition(" [") for line in lines]
    urns = [urn for urn, marked, stacks in recorded if not marked or stack in stacks.split()]
    return {urn for urn in map(shortened, urns) if "$aws:" in urn}


def registered(run: Run) -> set[str]:
    """Return the shortened URNs of the resources of a run."""
    return {shortened(change.urn) for change in run.events.changes}


def shortened(urn: str) -> str:
    """Return the URN with the type of the parent only, as in the recorded list."""
    place, name = urn.rsplit("::", 1)
    return f"{'$'.join(place.rpartition('::')[2].split('$')[-2:])}::{name}"


def edit(file: Path, old: str, new: str) -> None:
    """Replace the only occurrence of `old` with `new`."""
    text = file.read_text()
    assert text.count(old) == 1, f"{file}: {old!r} occurs {text.count(old)} times"
    file.write_text(text.replace(old, new))


def kinds(run: Run) -> Mapping[str, int]:
    """Return the number of resources by the kind of their change."""
    return Counter(change.kind for change in run.events.changes)


def steps(run: Run) -> set[tuple[str, str, str]]:
    """Return kind, type and name of each resource that was changed."""
    changed = [change for change in run.events.changes if change.kind != "same"]
    return {(change.kind, *change.urn.rsplit("$", 1)[-1].rsplit("::", 1)) for change in changed}


def inventory(cloud: Cloud) -> dict[str, list[str]]:
    """Return the names of the resources in the cloud by service, without random suffixes."""
    apis = _pages(cloud, "apigatewayv2", "get_apis", "Items")
    roles = _pages(cloud, "iam", "list_roles", "Roles")
    found = {
        "api": [api["Name"] for api in apis],
        "integration": _of_each(cloud, apis, "get_integrations", "IntegrationUri"),
        "route": _of_each(cloud, apis, "get_routes", "RouteKey"),
        "stage": _of_each(cloud, apis, "get_stages", "StageName"),
        "function": _named(cloud, "lambda", "list_functions", "Functions", "FunctionName"),
        "layer": _named(cloud, "lambda", "list_layers", "Layers", "LayerName"),
        "log group": _named(cloud, "logs", "describe_log_groups", "logGroups", "logGroupName"),
        "role": [role["RoleName"] for role in roles],
        "table": _pages(cloud, "dynamodb", "list_tables", "TableNames"),
        "user pool": [
            pool["Name"]
            for pool in _pages(cloud, "cognito-idp", "list_user_pools", "UserPools", MaxResults=60)
        ],
        "queue": _pages(cloud, "sqs", "list_queues", "QueueUrls"),
    }
    return {
        kind: sorted(re.sub(r"-[0-9a-f]{7}\b", "", name) for name in names) for kind, names in found.items()
    }


def _of_each(cloud: Cloud, apis: list[Any], operation: str, key: str) -> list[str]:
    return [
        item[key]
        for api in apis
        for item in _pages(cloud, "apigatewayv2", operation, "Items", ApiId=api["ApiId"])
    ]


def _named(cloud: Cloud, service: str, operation: str, list_key: str, key: str) -> list[str]:
    return [item[key] for item in _pages(cloud, service, operation, list_key)]


def _pages(cloud: Cloud, service: str, operation: str, key: str, **arguments: Any) -> list[Any]:
    client = cloud.client(service)
    if not client.can_paginate(operation):
        return getattr(client, operation)(**arguments).get(key, [])
    return client.get_paginator(operation).paginate(**arguments).build_full_result().get(key, [])
