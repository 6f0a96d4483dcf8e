"""Fixtures: the graph of every stack, built once for all tests."""

from __future__ import annotations

from functools import cache

import pytest

from tools.graph import Graph, whole

STACKS = ("local", "dev", "prod")


@cache
def graph_of(stack: str) -> Graph:
    """Return the graph of a stack, built at its first use."""
    return whole(stack)


@pytest.fixture(params=STACKS)
def stack(request: pytest.FixtureRequest) -> str:
    """Each stack in turn."""
    return request.param


@pytest.fixture
def graph(stack: str) -> Graph:
    """The graph of each stack in turn."""
    return graph_of(stack)


@pytest.fixture
def dev() -> Graph:
    """The graph of the stack `dev`."""
    return graph_of("dev")


@pytest.fixture
def prod() -> Graph:
    """The graph of the stack `prod`."""
    return graph_of("prod")
