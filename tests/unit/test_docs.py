"""Links, paths and commands in the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "AGENTS.md", *(ROOT / "docs").rglob("*.md")])
ROOMS = (
    *("settings", "components", "handlers", "provider", "shell", "local", "operate", "bootstrap"),
    *("frontend", "edge"),
    *("tests", "tools", "bench", "docs", ".github", ".local"),
)


def test_every_make_target_is_in_the_readme() -> None:
    """The README names every make target, and no other."""
    targets = set(re.findall(r"^([a-z][a-z-]*):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"make (?:-s )?([a-z][a-z-]*)", (ROOT / "README.md").read_text()))

    assert targets - named - {"help"} == set()
    assert named - targets == set()


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub generates them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_paths_exist(page: Path) -> None:
    """Links lead to files, anchors to headings, and paths in backticks exist."""
    text = page.read_text()
    links = re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", text)
    paths = [path for path in re.findall(r"`([\w./-]+/[\w./-]*)`", text) if path.split("/")[0] in ROOMS]

    assert [link for link, _ in links if not (page.parent / link).exists()] == []
    anchored = [(page.parent / link if link else page, anchor) for link, anchor in links if anchor]
    assert [f"{to.name}#{anchor}" for to, anchor in anchored if anchor not in anchors(to)] == []
    # The reader creates these.
    made = re.compile(r"\.local/|bootstrap/Pulumi\.main\.yaml|(handlers|wiring)/orders")
    assert [path for path in paths if not made.match(path) and not (ROOT / path).exists()] == []


def test_decisions_are_numbered_once_and_in_order() -> None:
    """A decision's number is in its file name and its title."""
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(page.name.partition("-")[0]) for page in pages]

    assert len(set(numbers)) == len(numbers)
    assert [page.read_text().partition("\n")[0].split(".")[0] for page in pages] == [
        f"# {number}" for number in numbers
    ]
