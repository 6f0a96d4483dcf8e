"""Generated tables in the documentation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field

from settings import Environment, SecretText, Settings
from settings.sections import Section
from tools import docs
from tools.tables.markdown import attributes, summary, table
from tools.tables.settings import kind, rows

PAGE = "# Page\n\n<!-- generated: colors -->\n{}<!-- end -->\n\nText.\n"
TABLES = {"colors": lambda: "| red |\n"}


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page whose table is out of date."""
    path = tmp_path / "page.md"
    path.write_text(PAGE.format("\n| blue |\n\n"))
    return path


def test_check_reports_a_page_that_differs(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A seeded difference fails the check with the page and the table, and nothing is written."""
    before = page.read_text()
    monkeypatch.setattr(docs, "pages", lambda: [page])
    monkeypatch.setattr(docs, "TABLES", TABLES)

    assert docs.main(["--check"]) == 1
    assert capsys.readouterr().out == "page.md: colors: differs from its source; run make docs\n"
    assert page.read_text() == before


def test_tables_are_written_once(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the text between the markers changes, and a second run and the check find nothing."""
    monkeypatch.setattr(docs, "pages", lambda: [page])
    monkeypatch.setattr(docs, "TABLES", TABLES)

    assert docs.main([]) == 0
    assert capsys.readouterr().out == "page.md: colors: written\n"
    assert page.read_text() == PAGE.format("\n| red |\n\n")
    assert (docs.main([]), docs.main(["--check"])) == (0, 0)
    assert capsys.readouterr().out == ""


def test_unknown_table_is_an_error(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A marker that names no table fails with the page and the known names."""
    monkeypatch.setattr(docs, "pages", lambda: [page])
    monkeypatch.setattr(docs, "TABLES", {"shapes": lambda: ""})

    assert docs.main([]) == 1
    assert capsys.readouterr().out == "page.md: no table 'colors': expected one of shapes\n"


def test_every_table_has_a_place() -> None:
    """Each table is in exactly one page, and each marker is closed."""
    text = "".join(path.read_text() for path in docs.pages())
    opened = re.findall(r"<!-- generated: ([\w-]+) -->", text)

    assert sorted(opened) == sorted(docs.TABLES)
    assert len(docs.MARKED.findall(text)) == len(opened) == text.count("<!-- end -->")


def test_configuration_page_has_every_key() -> None:
    """The page on configuration has the keys of the settings, with their current defaults."""
    page = (docs.ROOT / "docs" / "configuration.md").read_text()

    assert docs.TABLES["settings"]() in page
    assert page.count("\n| `strata:") == len(list(rows(Settings))) - 2  # aws:region, aws:endpoints


class Inner(Section):
    """An inner section.

    Attributes:
        key: the API
            key.
    """

    key: SecretText


class Outer(Section):
    """A section.

    More text.

    Attributes:
        size: the size.
        entries: the entries.
    """

    size: int = Field(default=3, ge=1)
    entries: dict[str, Inner] = Field(default={})
    inner: Inner


def test_rows_cover_every_key() -> None:
    """A section's keys, those of its sections and those of each entry are rows with their defaults."""
    assert list(rows(Outer)) == [
        ("`strata:size`", "1 or more", "`3`", "the size"),
        ("`strata:entries`", "object, by name", "none", "the entries"),
        ("`strata:entries.<name>.key`", "text, encrypted", "required", "the API key"),
        ("`strata:inner.key`", "text, encrypted", "required", "the API key"),
    ]


def test_undescribed_field_is_an_error() -> None:
    """A field without a description cannot be documented."""

    class Bare(Section):
        size: int

    with pytest.raises(ValueError, match=r"Bare\.size: expected a description below Attributes"):
        list(rows(Bare))


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (bool, "`true`, `false`"),
        (str | None, "text"),
        (Environment, "`ephemeral`, `development`, `production`"),
        (tuple[str, ...], "list of text"),
        (Annotated[dict[str, tuple[str, ...]], Field(max_length=3)], "list of text, by name"),
    ],
)
def test_type_is_described(annotation: Any, expected: str) -> None:
    """A reader sees choices and plain types, not Python's annotations."""
    assert kind(annotation) == expected


def test_markdown_helpers() -> None:
    """A table escapes pipes; a summary is the first paragraph on one line."""
    assert table(("a", "b"), [("1 | 2", "3")]) == "| a | b |\n| --- | --- |\n| 1 &#124; 2 | 3 |\n"
    assert summary(Outer) == "A section."
    assert attributes(Inner)["key"] == "the API key"
