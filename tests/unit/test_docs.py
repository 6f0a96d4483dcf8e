"""The documents say what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
ROOMS = (
    *("components", "handlers", "local", "operate", "bootstrap"),
    *("tests", "bench", "docs", ".github", ".local"),
)


def keys(section: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every key of the config; a section of free names counts as one."""
    for name, field in section.model_fields.items():
        if section is Settings and name in ("region", "endpoint"):
            continue
        key = prefix + to_camel(name)
        kind = field.annotation
        deeper = isinstance(kind, type) and issubclass(kind, BaseModel)
        if deeper and key not in ("api.throttle", "auth.identityProviders"):
            yield from keys(kind, f"{key}.")
        else:
            yield key


def test_every_key_of_the_config_is_explained() -> None:
    """The table has just the keys that there are."""
    table = (ROOT / "docs" / "configuration.md").read_text()

    assert sorted(re.findall(r"^\| `strata:([\w.]+)`", table, re.MULTILINE)) == sorted(keys(Settings))


def test_every_make_target_is_in_the_readme() -> None:
    """Whoever reads the README knows every command."""
    targets = set(re.findall(r"^([a-z][a-z-]*):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    told = set(re.findall(r"make (?:-s )?([a-z][a-z-]*)", (ROOT / "README.md").read_text()))

    assert targets - told - {"help"} == set()
    assert told - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_points_to_is_there(page: Path) -> None:
    """Links lead to files, and paths in backticks exist."""
    text = page.read_text()
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    paths = [path for path in re.findall(r"`([\w./-]+/[\w./-]*)`", text) if path.split("/")[0] in ROOMS]

    assert [link for link in links if not (page.parent / link).exists()] == []
    # What the reader makes is not there yet.
    made = re.compile(r"\.local/|bootstrap/Pulumi\.main\.yaml")
    assert [path for path in paths if not made.match(path) and not (ROOT / path).exists()] == []


def test_decisions_are_numbered_once_and_in_order() -> None:
    """A decision's number is in its file's name and its title."""
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(page.name.partition("-")[0]) for page in pages]

    assert len(set(numbers)) == len(numbers)
    assert [page.read_text().partition("\n")[0].split(".")[0] for page in pages] == [
        f"# {number}" for number in numbers
    ]
