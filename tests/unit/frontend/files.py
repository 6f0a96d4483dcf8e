"""The files of the app, and what they refer to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

FRONTEND = Path(__file__).parents[3] / "frontend"
ASSETS = FRONTEND / "assets"
PAGE = (FRONTEND / "index.html").read_text("utf-8")

IMPORTED = re.compile(r"^(?:import|\})[^\"';]*?\bfrom \"([^\"]+)\";", re.MULTILINE)
REFERRED = re.compile(r"(?:href|src)=\"(/assets/[^\"]+)\"")


def scripts() -> list[Path]:
    """Return the app's own modules."""
    return sorted(path for path in ASSETS.rglob("*.js") if path.parent.name != "vendor")


def styles() -> list[Path]:
    """Return the style sheets."""
    return sorted(ASSETS.rglob("*.css"))


def imports(module: Path) -> Iterator[Path]:
    """Yield the modules that a module imports."""
    for path in IMPORTED.findall(module.read_text("utf-8")):
        yield (module.parent / path).resolve()


def reached(entry: Path) -> set[Path]:
    """Return a module and all that it imports, directly or not."""
    found: set[Path] = set()
    waiting = [entry]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += imports(module)
    return found


def first_load() -> set[Path]:
    """Return every file that the browser fetches to show the first page."""
    referred = {FRONTEND / path.removeprefix("/") for path in REFERRED.findall(PAGE)}
    return {FRONTEND / "index.html", *referred, *reached(ASSETS / "app.js")}
