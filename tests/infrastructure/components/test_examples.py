"""Each component's docstring has an example, and the example runs."""

from __future__ import annotations

import inspect
import re
import textwrap
from typing import Any

import pytest

import components.access
import components.bucket
import components.iam
import components.role
import components.table_spec
import components.trust
import components.use
from components.base import Component
from components.data import Table
from components.function import Function
from components.key import Key
from components.queue import Queue
from components.runtime import Runtime
from components.table_spec import TableSpec
from tests.infrastructure.components.build import ALARMS, HEALTH, classes, settings
from tools.graph import built

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
        components.table_spec,
        components.trust,
        components.use,
    )
    own = settings()
    runtime = Runtime("runtime", ALARMS, own)
    return {
        **{name: value for module in vocabulary for name, value in vars(module).items()},
        **{component.__name__: component for component in classes()},
        "settings": own,
        "runtime": runtime,
        "alarms_arn": ALARMS,
        "handler": HEALTH,
        "key": Key("key", own),
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
