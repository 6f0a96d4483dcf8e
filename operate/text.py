"""Text from messages and arguments, made safe for a terminal."""

from __future__ import annotations

MAX_LINE = 1_000
"""Maximum number of characters of an error."""


def printable(text: str) -> str:
    """Return the text with escapes for control, bidirectional and invisible characters, except newlines.

    A terminal would obey them: hide or reorder text, change the title, or move the cursor.
    """
    return "\n".join(map(_escaped, text.split("\n")))


def line(text: str, limit: int = MAX_LINE) -> str:
    """Return the text as one printable line of at most about `limit` characters, without its middle."""
    if len(text) > limit:
        text = f"{text[: limit // 2]} … {text[-limit // 2 :]}"
    return _escaped(" ".join(text.split("\n")))


def _escaped(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
