"""Refusals and their HTTP statuses."""

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
    """Return every kind of refusal in all handler modules."""
    for module in pkgutil.walk_packages(handlers.__path__, "handlers."):
        import_module(module.name)
    found = [kind for child in of.__subclasses__() for kind in (child, *kinds(child))]
    return [kind for kind in found if kind.__module__.startswith("handlers.")]


def test_every_refusal_has_a_status_and_every_status_a_refusal() -> None:
    """The direct subclasses of `Refusal` and the status table are the same set."""
    assert set(Refusal.__subclasses__()) == set(STATUS)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_refusal_has_status_title_and_docstring(kind: type[Refusal]) -> None:
    """Each kind has a 4xx status or 503, and its own title and docstring."""
    assert status_of(kind) in {*range(400, 500), 503}
    assert vars(kind)["title"]
    assert vars(kind)["__doc__"]


def test_types_and_titles_are_unique() -> None:
    """No two kinds have the same type or title."""
    found = kinds()

    assert len({type_of(kind) for kind in found}) == len(found)
    assert len({kind.title for kind in found}) == len(found)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_refusal_is_in_its_module_s_tree(kind: type[Refusal]) -> None:
    """The docstring of each errors module shows every kind that the module defines."""
    module = inspect.getmodule(kind)

    assert module is not None
    assert f"── {kind.__name__}" in (module.__doc__ or "")


def test_tree_shows_no_other_kinds() -> None:
    """The tree in `handlers/kit/errors.py` shows exactly the kinds that have a status."""
    drawn = [line.split()[1] for line in (errors.__doc__ or "").splitlines() if "── " in line]

    assert drawn == [kind.__name__ for kind in STATUS]
