"""The short way for an edit of handlers: it updates the functions that contain them, and nothing else.

It runs no program. The program itself decides which edits can go this way: `components.bundle.edits`.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from local.driver.changes import Change, Report
from local.driver.program import WORKERS, isolated_modules
from local.driver.state import Resource, State
from local.driver.steps import Steps
from provider.cloud import Cloud
from provider.naming import Naming
from provider.provider import Provider

FUNCTION = "aws:lambda/function:Function"


def update(
    root: Path, cloud: Cloud, naming: Naming, state: Path, changed: Sequence[str], report: Report
) -> list[Change] | None:
    """Update the functions that contain changed files.

    Args:
        root: the folder of the Pulumi program.
        cloud: the embedded cloud.
        naming: the rule by which resources are named.
        state: the file of the driver's state.
        changed: the changed files, relative to `root`.
        report: receives the change of each function.

    Returns:
        The changes; None if the edit may change more than code, and the program must run.

    Raises:
        ProviderError: if the cloud refuses an update.
        StateError: if the state is invalid.
    """
    steps = Steps(Provider.of(cloud, naming), State(state), report)
    functions = {urn: each for urn, each in steps.state.resources.items() if each.type == FUNCTION}
    with isolated_modules(root):
        edits: Any = importlib.import_module("components.bundle.edits")
        deployed = {
            urn: edits.Deployed(each.inputs["handler"], _archive(each), tuple(each.inputs.get("layers", ())))
            for urn, each in functions.items()
        }
        bundles = edits.updates(deployed, changed, "host", root)
    cloud.client("lambda")  # Created also without a change: the first use takes 0.1 s.
    if bundles is None or steps.state.pending:
        return None
    goals = {urn: _with_code(functions[urn], bundle) for urn, bundle in bundles.items()}
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(steps.register, goals.keys(), goals.values()))
    steps.state.save()
    return steps.changes


def _archive(function: Resource) -> Path:
    return Path(function.inputs["code"]["archive"]["path"])


def _with_code(function: Resource, bundle: Any) -> Resource:
    code: Mapping[str, Any] = {"archive": {"path": str(bundle.path), "hash": bundle.hash}}
    return replace(function, inputs={**function.inputs, "code": code}, outputs={})
