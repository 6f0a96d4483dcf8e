"""The wiring registers what the domains declare.

Tests of routes are in `test_routes.py`.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from components.table_spec import TableSpec
from handlers.events.catalogue import CATALOGUE
from tests.infrastructure.components.build import settings
from tools.graph import Graph, built
from wiring import foundation
from wiring.declared import every, union
from wiring.platform import EFFECTS_MARGIN_DAYS, Platform, env

TABLE = "aws:dynamodb/table:Table"
SPEC = (
    "hashKey",
    "rangeKey",
    "attributes",
    "globalSecondaryIndexes",
    "ttl",
    "streamEnabled",
    "streamViewType",
)
"""The inputs of a table that its spec determines."""


def inputs_of(spec: TableSpec) -> dict[str, Any]:
    """Return the inputs of a table with this spec."""
    inputs = {
        "hashKey": spec.key,
        "rangeKey": spec.sort,
        "attributes": [{"name": name, "type": "S"} for name in spec.attributes],
        "globalSecondaryIndexes": [
            {
                "name": name,
                "keySchemas": [
                    {"attributeName": key, "keyType": kind}
                    for key, kind in zip(index.keys, ("HASH", "RANGE"), strict=False)
                ],
                "projectionType": "ALL",
            }
            for name, index in spec.indexes.items()
        ],
        "ttl": {"attributeName": spec.ttl, "enabled": True} if spec.ttl else None,
        "streamEnabled": spec.stream or None,
        "streamViewType": "NEW_AND_OLD_IMAGES" if spec.stream else None,
    }
    return {key: value for key, value in inputs.items() if value}


def platform() -> Platform:
    """Return the shared layers of a stack without domains."""
    return foundation.build(settings(), union(foundation))


def test_every_declared_table_is_registered_with_its_spec(graph: Graph) -> None:
    """No table is undeclared, and keys, indexes, time to live and stream are those of the spec."""
    tables = {
        name: {key: item.inputs[key] for key in SPEC if item.inputs.get(key)}
        for name, item in graph.of(TABLE).items()
    }

    assert tables == {name: inputs_of(spec) for name, spec in every().tables.items()}


def test_declared_event_types_are_the_catalogue_s() -> None:
    """Every event type that a domain declares is in the catalogue, and a domain declares every type in it."""
    assert sorted(every().events) == sorted(CATALOGUE)


def test_route_for_an_undeclared_function_is_rejected() -> None:
    """The error names the function and where its route belongs."""
    message = "^no route is declared for users.crate: add one to its domain's DECLARED$"

    with pytest.raises(ValueError, match=message):
        built(lambda: platform().route("users.crate"))


def test_effects_are_remembered_longer_than_the_archive_keeps_events() -> None:
    """The variable has the archive's days and a margin for events that wait in a queue."""

    def declare() -> None:
        shared = platform()
        days = shared.settings.events.archive_days + EFFECTS_MARGIN_DAYS
        assert shared.once().env["EFFECTS_DAYS"] == str(days)

    built(declare)


def test_environment_variables_need_no_permission() -> None:
    """`env` returns a use without grants."""
    assert (env(VERSION="1").grants, env(VERSION="1").env) == ((), {"VERSION": "1"})


def test_steps_at_close_run_in_order_before_the_outputs_are_returned() -> None:
    """A step sees every domain, and its outputs are stack outputs."""

    def declare() -> None:
        shared = platform()
        order: list[str] = []
        shared.at_close(lambda: order.append("first"))
        shared.at_close(lambda: shared.export(order=(*order, "second")))
        assert shared.close()["order"] == ("first", "second")

    built(declare)


def test_program_without_docstrings_is_refused_before_any_resource() -> None:
    """Python removes them at the second level of optimization, and the API's document would have no texts."""
    code = (
        "import pulumi\n"
        "from wiring import foundation\n"
        "try:\n    foundation.build(None, None)\nexcept pulumi.RunError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-OO", "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("Python runs with PYTHONOPTIMIZE=2 or -OO, which removes the texts")
