"""Every entry point in `handlers/` is a function of the program."""

from __future__ import annotations

from tests.unit.handlers.entry_points import entry_points
from tools.graph import Graph


def test_every_entry_point_is_wired(graph: Graph) -> None:
    """The wiring creates a function for every handler, and names no other module."""
    functions = graph.of("aws:lambda/function:Function").values()

    assert {item.inputs["handler"].rpartition(".")[0] for item in functions} == set(entry_points())
