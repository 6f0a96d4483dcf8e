"""Generates a domain that works: `python -m tools.new domain NAME [--singular NAME] [--root FOLDER]`.

The templates in `tools/templates/domain/` are the domain `widgets`, complete and runnable; the names in their
paths and texts are replaced. Two existing files are edited: `__main__.py` calls the domain, and the catalogue
of events gets its event type.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from shell.command import run

ROOT = Path(__file__).parents[1]
TEMPLATES = Path(__file__).parent / "templates" / "domain"
NAME = re.compile(r"[a-z][a-z0-9]{1,23}")
TAKEN = ("kit", "http", "events", "layers", "foundation", "platform", "declared")
"""Names that other parts of `handlers/` and `wiring/` have."""

CATALOGUE = Path("handlers/events/catalogue.py")
MAIN = Path("__main__.py")

IMPORTS = r"from wiring import \(\n(?P<body>(?: +\w+,\n)+)\)"
UNION = r"DECLARED = union\((?P<body>[\w\s,]+?),?\s*\)"
LAST_WIRE = r"(?P<body>(?:\w+ = )?\w+\.wire\([^)]*\)\n)\n"
BEFORE_EVENT_TYPE = r"(?P<body>\n\n\n)class EventType\("
ENTRIES = r"CATALOGUE: Mapping\[str, EventType\] = \{\n(?P<body>(?:    .+\n)+)\}"
"""The places to edit; each pattern's group `body` is extended."""


class NewError(Exception):
    """The domain cannot be generated; nothing was written."""


class Names(NamedTuple):
    """The name of a domain, as plural and as singular, in lower case."""

    plural: str
    singular: str

    def replace(self, text: str) -> str:
        """Return a template's text or path with this domain's names."""
        article = "an" if self.singular[0] in "aeiou" else "a"
        text = re.sub(r"\b([Aa]) widget(?!s)", lambda match: f"{match[1]}{article[1:]} widget", text)
        for old, new in (("widgets", self.plural), ("widget", self.singular)):
            for case in (str.lower, str.capitalize, str.upper):
                text = text.replace(case(old), case(new))
        return text


def generate(names: Names, root: Path = ROOT) -> tuple[list[Path], list[Path]]:
    """Write a domain's files and edit the files that call it; return the new and the edited files.

    Raises:
        NewError: if the name is not usable, or a file cannot be edited.
    """
    _check(names, root)
    new = {
        root / names.replace(str(path.relative_to(TEMPLATES))): names.replace(path.read_text("utf-8"))
        for path in sorted(TEMPLATES.rglob("*.py"))
    }
    edited = {root / path: edit((root / path).read_text("utf-8"), names) for path, edit in EDITS.items()}
    for path, text in {**new, **edited}.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    _format([*new, *edited], root)
    return list(new), list(edited)


def main_with(text: str, names: Names) -> str:
    """Return `__main__.py` with the domain imported, declared and wired."""
    domain = names.plural
    text = _edit(text, IMPORTS, lambda body: f"{body}    {domain},\n")
    text = _edit(text, UNION, lambda body: f"{body}, {domain}")
    return _edit(text, LAST_WIRE, lambda body: f"{body}{domain}.wire(platform, people)\n")


def catalogue_with(text: str, names: Names) -> str:
    """Return the catalogue with the event type of a new entity, such as `order.created`."""
    title = names.singular.capitalize()
    struct = names.replace(
        'class WidgetCreated(Struct, frozen=True, kw_only=True, rename="camel"):\n'
        '    """A widget was created."""\n\n'
        "    widget_id: Text\n    name: Text\n\n\n"
    )
    text = _edit(text, BEFORE_EVENT_TYPE, lambda body: body + struct)
    entry = f'    "{names.singular}.created": EventType("strata.{names.plural}", {title}Created),\n'
    return _edit(text, ENTRIES, lambda body: body + entry)


EDITS: dict[Path, Callable[[str, Names], str]] = {MAIN: main_with, CATALOGUE: catalogue_with}


def _edit(text: str, pattern: str, change: Callable[[str], str]) -> str:
    """Return a text with the group `body` of the pattern's last match changed."""
    matches = list(re.finditer(pattern, text))
    if not matches:
        raise NewError(f"the place to edit was not found: {pattern}")
    start, end = matches[-1].span("body")
    return text[:start] + change(text[start:end]) + text[end:]


def _format(paths: Sequence[Path], root: Path) -> None:
    """Sort imports and format: a name's length decides both, and whether a line passes the check."""
    for command in (("format", "--quiet"), ("check", "--quiet", "--fix"), ("format", "--quiet")):
        subprocess.run([sys.executable, "-m", "ruff", *command, *paths], cwd=root, check=True)  # noqa: S603 - fixed


def _check(names: Names, root: Path) -> None:
    for name in names:
        if not NAME.fullmatch(name):
            raise NewError(f"{name!r}: expected 2 to 24 lowercase letters and digits, such as orders")
    if names.plural == names.singular:
        raise NewError(f"{names.plural!r}: expected a plural: give the singular with --singular")
    for path in (root / "handlers" / names.plural, root / "wiring" / f"{names.plural}.py"):
        if names.plural in TAKEN or path.exists():
            raise NewError(f"{names.plural!r} exists already: choose another name")
    if f'"{names.singular}.created"' in (root / CATALOGUE).read_text("utf-8"):
        raise NewError(f"the event type {names.singular}.created exists already: choose another name")


def main(arguments: Sequence[str]) -> int:
    """Generate a domain and print what to do next; return 2 for a name that is not usable."""
    parser = argparse.ArgumentParser(prog="python -m tools.new", description="Generate a domain that works.")
    domain = parser.add_subparsers(required=True, metavar="KIND").add_parser("domain", help="a new domain")
    domain.add_argument("name", help="the plural, such as orders")
    domain.add_argument("--singular", help="the singular, if it is not the plural without its s")
    domain.add_argument("--root", type=Path, default=ROOT, help="the checkout to write to")
    given = parser.parse_args(arguments)
    names = Names(given.name, given.singular or given.name.removesuffix("s"))
    try:
        new, edited = generate(names, given.root.resolve())
    except NewError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for verb, paths in (("new", new), ("edited", edited)):
        print(*(f"{verb:7} {path.relative_to(given.root.resolve())}" for path in paths), sep="\n")
    print("next: make record docs, make check test, and make up: POST /api/" + names.plural)
    return 0


if __name__ == "__main__":
    run(lambda: main(sys.argv[1:]))
