"""Refusals and their statuses."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module

import pytest

import handlers
from handlers.http.problem import STATUS, status_of, type_of
from handlers.kit import errors
from handlers.kit.errors import Refusal


def kinds(of: type[Refusal] = Refusal) -> list[type[Refusal]]:
    """Every kind of refusal in any room."""
    for module in pkgutil.walk_packages(handlers.__path__, "handlers."):
        import_module(module.name)
    return [kind for child in of.__subclasses__() for kind in (child, *kinds(child))]


def test_every_refusal_has_a_status_and_every_status_a_refusal() -> None:
    """The tree's first branches and the table of statuses are the same."""
    assert set(Refusal.__subclasses__()) == set(STATUS)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_kind_is_complete(kind: type[Refusal]) -> None:
    """Each kind has a client error's status or 503, a title and a docstring of its own."""
    assert status_of(kind) in {*range(400, 500), 503}
    assert vars(kind)["title"]
    assert vars(kind)["__doc__"]


def test_types_tell_all_kinds_apart() -> None:
    """No two kinds have one type, nor one title."""
    found = kinds()

    assert len({type_of(kind) for kind in found}) == len(found)
    assert len({kind.title for kind in found}) == len(found)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_kind_stands_in_the_tree_that_is_drawn(kind: type[Refusal]) -> None:
    """The tree at the top of each errors file shows every kind that the file defines."""
    module = inspect.getmodule(kind)

    assert module is not None
    assert f"── {kind.__name__}" in (module.__doc__ or "")


def test_drawn_tree_has_no_kind_too_many() -> None:
    """What the tree of the common kinds shows is there."""
    drawn = [line.split()[1] for line in (errors.__doc__ or "").splitlines() if "── " in line]

    assert drawn == [kind.__name__ for kind in STATUS]
