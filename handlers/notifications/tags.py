"""Ids encoded as SES message tags, which may contain only ASCII alphanumerics, hyphens and underscores."""

from __future__ import annotations

_ESCAPES = {"_": "_u", ".": "_d", ":": "_c"}


def encoded(text: str) -> str:
    """Return an id as a tag; besides what a tag allows, an id may contain `.` and `:`."""
    return "".join(_ESCAPES.get(character, character) for character in text)


def decoded(tag: str) -> str:
    """Return the id that `encoded` turned into a tag."""
    # Every underscore in a tag begins an escape. The escape for the underscore itself must be decoded last.
    for character, escape in reversed(_ESCAPES.items()):
        tag = tag.replace(escape, character)
    return tag
