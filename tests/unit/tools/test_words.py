"""The word list finds refused words, also inside identifiers, and nothing else."""

from __future__ import annotations

import pytest

from tools.words import findings, tracked


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("the caller is told", ["told", "is told"]),
        ("whoever asks, nobody answers", ["whoever", "nobody", "answers"]),
        ("def test_nobodyAnswers(): ...", ["nobody", "answers"]),
        ("answer = client.answers", ["answer", "answers"]),
        ("leave to publish", ["leave to"]),
        ("a letter; dead letters, dead_letters, deadLetters, lowercase letters, letter-spacing", ["letter"]),
        ("The response returns the message.", []),
        ("a foretold answerphone", []),
    ],
)
def test_words_are_found(line: str, words: list[str]) -> None:
    """A rule matches whole words in any case, with underscores, hyphens and camel case as separators."""
    assert sorted(each.word for each in findings("page.md", line)) == sorted(words)


def test_finding_names_file_line_and_replacement() -> None:
    """The output of `make check` is enough to correct the text."""
    (found,) = findings("page.md", "first\nheed the warning")

    assert (found.path, found.line, found.instead) == ("page.md", 2, "follow, obey")


def test_own_texts_are_checked_and_locked_files_are_not() -> None:
    """Code, pages and workflows are read; lock files, recorded files and the list itself are not."""
    files = set(tracked([]))

    assert {"README.md", "__main__.py", ".github/workflows/check.yml", "Makefile"} <= files
    assert not files & {"requirements.txt", "tools/words.py", "recorded/resources.txt"}
