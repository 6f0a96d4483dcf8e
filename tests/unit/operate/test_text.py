"""Text of messages on a terminal."""

from __future__ import annotations

import pytest

from operate import render
from operate.redrive import RedriveResult
from operate.text import line, printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zoë 山田 🧮 → {}", "Zoë 山田 🧮 → {}"),
        ("a\nb", "a\nb"),
        ("a\x1b[31m\x07\x9b", r"a\x1b[31m\x07\x9b"),
        ("a\r\n\tb", "a\\r\n\\tb"),
        ("\u202etxt.exe\u2066\u200b\u2028", r"\u202etxt.exe\u2066\u200b\u2028"),
        ("\ud800\U000e0041", r"\ud800\U000e0041"),
    ],
)
def test_invisible_characters_are_escaped(text: str, expected: str) -> None:
    """Only visible characters, spaces and newlines reach the terminal unchanged."""
    assert printable(text) == expected


def test_line_is_bounded() -> None:
    """A long text loses its middle, and newlines become spaces."""
    assert line("a\nb") == "a b"
    assert line("a" * 10_000 + "b", 10) == "aaaaa … aaaab"


def test_table_cells_and_lines_are_printable(capsys: pytest.CaptureFixture[str]) -> None:
    """Texts of messages are escaped in tables, blocks and lines."""
    result = RedriveResult("queue", 1)
    result.left["\u202ebad\x1b"] += 1

    render.show([], render.redriven([result]), as_json=False)
    render.show([], "\u202ebody\x1b", as_json=False)
    render.show_line({}, "\u202eevent\x1b", as_json=False)

    output = capsys.readouterr().out
    assert [text for text in ("bad", "body", "event") if rf"\u202e{text}\x1b" not in output] == []
    assert [text for text in ("\u202e", "\x1b") if text in output] == []
