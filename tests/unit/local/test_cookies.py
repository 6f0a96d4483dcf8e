"""The emulator's extension that moves cookies out of the headers."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulator.extensions.cookies import with_cookies


def test_cookies_of_an_event_get_their_own_field() -> None:
    """Each cookie is one text, as `name=value`, and the header is gone."""
    event = {"version": "2.0", "headers": {"cookie": "a=1; b=2=3;c=", "host": "x"}, "rawPath": "/"}

    assert with_cookies(event) == {
        "version": "2.0",
        "headers": {"host": "x"},
        "rawPath": "/",
        "cookies": ["a=1", "b=2=3", "c="],
    }


@pytest.mark.parametrize(
    "value",
    [
        {"version": "2.0", "headers": {"host": "x"}},
        {"version": "2.0", "headers": None},
        {"version": "1.0", "headers": {"cookie": "a=1"}},
        {"headers": {"cookie": "a=1"}},
        "text",
        None,
    ],
)
def test_anything_else_is_unchanged(value: Any) -> None:
    """An event of another format keeps the header, as on AWS."""
    assert with_cookies(value) is value
