"""Finds words that the project avoids, with plain words to use instead: `python -m tools.words [PATH ...]`.

Words in identifiers are found too: an underscore, a hyphen and a change of case separate words. Lock files,
recorded files and vendored files are not checked.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from shell.command import run

ROOT = Path(__file__).parents[1]
SUFFIXES = frozenset(
    {".py", ".md", ".toml", ".yml", ".yaml", ".sh", ".json", ".in", ".js", ".css", ".html", ""}
)
LEFT_OUT = re.compile(
    r"^(tools/words\.py|tests/unit/tools/test_words\.py|recorded/|.*requirements.*\.txt|local/pulumi/|frontend/assets/vendor/)"
)

RULES: dict[str, str] = {
    r"(?:un)?told|tells?|telling": "sends, returns, reports, delivers, distinguishes",
    r"who(?:m)?ever": "every subscriber, the caller, anyone who",
    r"anew": "again",
    r"nobody|somebody": "no one, someone, the caller",
    r"heed(?:s|ed)?": "follow, obey",
    r"mend(?:s|ed|ing)?": "repair, fix",
    r"alone": "only",
    r"hears?|heard|hearing": "receives",
    r"(?<!dead )(?<!case )letters?(?! spacing)": "message, email, character",
    r"answer(?:s|ed|ing)?": "response, returns, responds",
    r"says?|said|saying": "states, reports, returns, logs",
    r"leave to": "permission to",
    r"came of|comes of|become of|becomes of": "result of, outcome of",
    r"overtaken": "version conflict",
    r"doomed|buried|bury|buries": "pending deletion, deleted, dead-lettered",
    r"let in|lets in|letting in": "allow",
    r"strangers?": "unknown name, external caller",
    r"complaints? of ours": "error message",
    r"thereof|therein|thereby": "(a direct reference)",
    r"be told|is told|are told|was told": "receives",
}


class Finding(NamedTuple):
    """A word that the project avoids.

    Attributes:
        path: the file, relative to the root.
        line: the number of the line; the first is 1.
        word: the text as written.
        instead: the words to use instead.
    """

    path: str
    line: int
    word: str
    instead: str


_PATTERNS = [
    (re.compile(rf"(?<![a-z])(?:{pattern})(?![a-z])"), instead) for pattern, instead in RULES.items()
]


def findings(path: str, text: str) -> Iterator[Finding]:
    """Yield the words of a text that a rule matches."""
    for number, line in enumerate(text.splitlines(), 1):
        plain = normalized(line)
        for pattern, instead in _PATTERNS:
            for match in pattern.finditer(plain):
                yield Finding(path, number, match.group(), instead)


def normalized(line: str) -> str:
    """Return a line in lower case, with identifiers split: `deadLetters` becomes `dead letters`."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", line)
    return re.sub(r"[_-]", " ", split).lower()


def tracked(paths: Sequence[str]) -> Iterator[str]:
    """Yield the tracked files below the paths that are checked; without paths, all of them."""
    listed = subprocess.run(  # noqa: S603 - fixed arguments
        ["git", "ls-files", "-z", "--", *paths],  # noqa: S607 - git is on every developer's PATH
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in listed.split("\0"):
        if name and Path(name).suffix in SUFFIXES and not LEFT_OUT.match(name) and (ROOT / name).is_file():
            yield name


def main(arguments: Sequence[str]) -> int:
    """Print every finding; return 1 if there is one."""
    found = [each for name in tracked(arguments) for each in findings(name, (ROOT / name).read_text("utf-8"))]
    for path, line, word, instead in found:
        print(f"{path}:{line}: {word!r}: use {instead}")
    return 1 if found else 0


if __name__ == "__main__":
    run(lambda: main(sys.argv[1:]))
