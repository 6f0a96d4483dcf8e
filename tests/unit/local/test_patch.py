"""The replacement of the emulator's private names."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from local.emulator.extensions.patch import MovedError, replace


def test_replace_returns_the_original() -> None:
    """An extension can call what it replaces."""
    module = SimpleNamespace(limit=1)

    assert (replace(module, "limit", 2), module.limit) == (1, 2)


def test_name_that_moved_is_an_error() -> None:
    """A new version of the emulator without the name fails at the start, and creates no new name."""
    module = SimpleNamespace(__name__="ministack.app")
    with pytest.raises(MovedError, match=r"^ministack\.app\.limit does not exist in this version"):
        replace(module, "limit", 2)

    assert not hasattr(module, "limit")
