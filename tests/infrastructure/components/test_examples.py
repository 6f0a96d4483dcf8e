"""Each component's docstring has an example, which runs; a protected component protects its resources."""

from __future__ import annotations

import inspect
import re
import textwrap
from typing import Any

import pulumi
import pytest
from pulumi.runtime import register_stack_transformation

import components.access
import components.bucket
import components.iam
import components.role
import components.site
import components.table_spec
import components.trust
import components.use
from components.base import Component
from components.data import Table
from components.function import Function
from components.key import Key
from components.mail import Mail
from components.queue import Queue
from components.runtime import Runtime
from components.table_spec import TableSpec
from tests.infrastructure.components.build import ALARMS, HEALTH, HELLO, classes, settings
from tools.graph import Graph, Registered, built

EXAMPLE = re.compile(r"^Example:\n(?P<code>(?: {4,}\S.*\n|\n)+)", re.MULTILINE)


def example_of(component: type[Component]) -> str:
    """Return the code of the first example in a component's docstring."""
    match = EXAMPLE.search(inspect.getdoc(component) or "")
    assert match, f"{component.__name__} has no Example: section"
    return textwrap.dedent(match["code"])


def names() -> dict[str, Any]:
    """Return what an example may use: every component, the vocabulary, and a few resources."""
    vocabulary = (
        components.access,
        components.bucket,
        components.iam,
        components.role,
        components.site,
        components.table_spec,
        components.trust,
        components.use,
    )
    own = settings()
    runtime = Runtime("runtime", ALARMS, own)
    key = Key("key", own)
    return {
        **{name: value for module in vocabulary for name, value in vars(module).items()},
        **{component.__name__: component for component in classes()},
        "settings": own,
        "runtime": runtime,
        "alarms_arn": ALARMS,
        "handler": HEALTH,
        "key": key,
        "mail": Mail("a-mail", "no-reply@mail.example.com", HELLO, key, runtime),
        "orders": Table("orders-table", TableSpec(key="id", stream=True), own),
        "job": Function("a-job", HEALTH, runtime, asynchronous=True),
        "queue": Queue("a-queue", runtime),
    }


@pytest.mark.parametrize("component", classes(), ids=lambda each: each.__name__)
def test_example_in_docstring_runs(component: type[Component]) -> None:
    """The example creates at least one component of its class."""
    code = example_of(component)
    graph = built(lambda: exec(compile(code, component.__name__, "exec"), names()))  # noqa: S102 - our own text

    kinds = {item.type for item in graph.resources.values() if not item.custom}
    assert f"strata:components:{component.__name__}" in kinds
    assert f"{component.__name__}(" in code


@pytest.mark.parametrize("component", classes(), ids=lambda each: each.__name__)
def test_protected_component_protects_every_resource_in_it(component: type[Component]) -> None:
    """No child overrides its component's `protect=True`, in an environment that protects nothing itself."""
    token = f"strata:components:{component.__name__}"
    code = example_of(component)

    def protect(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.type_ != token:
            return None
        protected = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(protect=True))
        return pulumi.ResourceTransformationResult(args.props, protected)

    def declare() -> None:
        register_stack_transformation(protect)
        exec(compile(code, component.__name__, "exec"), names())  # noqa: S102 - our own text

    graph = built(declare)
    inside = {urn for urn, item in graph.resources.items() if token in _types_above(graph, item)}
    assert {urn for urn, item in graph.resources.items() if item.protect and item.custom} == inside
    assert inside


def _types_above(graph: Graph, item: Registered) -> set[str]:
    """Return the types of the components around a custom resource."""
    above: set[str] = set()
    parent = graph.resources.get(item.parent) if item.custom else None
    while parent:
        above.add(parent.type)
        parent = graph.resources.get(parent.parent)
    return above
