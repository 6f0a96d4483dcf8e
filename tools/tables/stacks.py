"""The graphs of the stacks for AWS, each built once for all tables."""

from __future__ import annotations

from functools import cache

from tools.graph import Graph, whole


@cache
def graph_of(stack: str) -> Graph:
    """Return the graph of a stack, such as `prod`."""
    return whole(stack)
