"""Ids as SES's message tags take them: letters, digits, hyphens and underscores alone."""

from __future__ import annotations

_ESCAPES = {"_": "_u", ".": "_d", ":": "_c"}


def encoded(text: str) -> str:
    """An id as a tag; of its characters only `_`, `.` and `:` are none that a tag takes as they are."""
    return "".join(_ESCAPES.get(character, character) for character in text)


def decoded(tag: str) -> str:
    """The id that `encoded` made a tag of."""
    # Every underscore of a tag begins an escape, so that none is found by chance; its own comes last.
    for character, escape in reversed(_ESCAPES.items()):
        tag = tag.replace(escape, character)
    return tag
