"""The app's files: what a browser loads, how large it is, and what the content security policy demands."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import pytest

from handlers.events.catalogue import CATALOGUE
from tests.unit.frontend.files import ASSETS, FRONTEND, PAGE, first_load, reached, scripts, styles

MOST_BYTES = 60 * 1024
MOST_LINES = 400

SOURCES = ("partner.*", "strata.sessions", "strata.users", "webhook.stripe")
"""The sources of the events that the app describes."""

SINKS = (
    *("innerHTML", "outerHTML", "insertAdjacentHTML", "dangerouslySetInnerHTML", "document.write", "srcdoc"),
    *("eval(", "new Function", "setTimeout('", 'setTimeout("', "DOMParser", "createContextualFragment"),
)
"""What `require-trusted-types-for 'script'` refuses, or a policy without `unsafe-eval`."""

PHYSICAL = re.compile(
    r"(?:^|[\s;{])(?:(?:margin|padding|border)-(?:left|right|top|bottom)|left|right|top|bottom|width|height"
    r"|(?:min|max)-(?:width|height))\s*:|(?:text-align|float)\s*:\s*(?:left|right)"
)
"""Properties that do not follow the direction of the text."""


def test_the_first_load_is_small() -> None:
    """At most 60 KiB of compressed files, each compressed separately, as they are sent."""
    sizes = {path: len(gzip.compress(path.read_bytes(), 6)) for path in first_load()}

    assert len(sizes) > 20
    assert sum(sizes.values()) <= MOST_BYTES, sizes


def test_every_file_belongs_to_the_first_load() -> None:
    """No page is loaded later: a tab that is open never asks for a file of a release that has gone."""
    every = {path for path in FRONTEND.rglob("*") if path.is_file() and path.suffix != ".txt"}

    assert every == first_load()


def test_the_page_preloads_every_module() -> None:
    """The browser fetches all of them at once, instead of one level of imports after the other."""
    preloaded = re.findall(r'rel="modulepreload" href="/assets/([^"]+)"', PAGE)
    needed = reached(ASSETS / "app.js") - {ASSETS / "app.js"}

    assert preloaded == sorted(str(path.relative_to(ASSETS)) for path in needed)


def test_only_the_page_names_absolute_paths_of_files() -> None:
    """A release rewrites them in the page; the others are relative, so a page never mixes releases."""
    assert [path.name for path in (*scripts(), *styles()) if "/assets/" in path.read_text("utf-8")] == []


def test_the_page_has_no_inline_script_or_style() -> None:
    """The content security policy allows neither."""
    inline = re.findall(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", PAGE)

    assert inline == []
    assert "<script " in PAGE


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.name)
def test_modules_write_no_markup_and_evaluate_no_text(path: Path) -> None:
    """Text becomes nodes through the library only."""
    text = path.read_text("utf-8")

    assert [sink for sink in SINKS if sink in text] == []
    assert not re.search(r"\sstyle=", text)


def test_every_event_of_the_platform_has_a_sentence() -> None:
    """The activity shows other types by their name, as those of a domain that `make new` has just added."""
    expected = {name for name, kind in CATALOGUE.items() if kind.source in SOURCES}
    table = (ASSETS / "core" / "text.js").read_text("utf-8").partition("const SUMMARIES = {")[2]
    known = re.findall(r"^  \"([\w.]+)\":", table.partition("};")[0], re.MULTILINE)

    assert expected < set(known)
    assert set(known) - CATALOGUE.keys() == {"activity.missed"}


def test_styles_follow_the_direction_of_the_text() -> None:
    """Logical properties only, so the layout mirrors."""
    found = {path.name: PHYSICAL.findall(path.read_text("utf-8")) for path in styles()}

    assert {name: hits for name, hits in found.items() if hits} == {}
    assert PHYSICAL.search("a { margin-left: 1px; }")
    assert PHYSICAL.search("a {\n  text-align: right;\n}")


def test_no_file_is_long() -> None:
    """The limit of every other room."""
    lengths = {path.name: path.read_text("utf-8").count("\n") for path in (*scripts(), *styles())}

    assert {
        name: lines for name, lines in lengths.items() if lines > MOST_LINES and name != "client.js"
    } == {}


def test_vendored_files_are_those_that_were_published() -> None:
    """Each has its package, licenses and digest in the list beside it."""
    text = (ASSETS / "vendor" / "LICENSES.txt").read_text("utf-8")
    listed = dict(
        re.findall(
            r"^file: (\S+)\npackage: \S.*\nlicenses: \S.*\nsha256: ([0-9a-f]{64})$", text, re.MULTILINE
        )
    )
    files = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (ASSETS / "vendor").iterdir()
        if path.suffix != ".txt"
    }

    assert files
    assert files == listed
