"""The short way for edits of handlers, compared with the program: never a different graph."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.bundle import edits
from components.bundle.edits import Deployed
from local.driver import program
from local.driver.stack import Stack
from tests.checkout import copy
from tools.graph import Graph, Recorder, Registered

FUNCTION = "aws:lambda/function:Function"
BATCHES, BATCH = 20, 8
OTHERS = 40

Edit = Callable[[str, random.Random], str]


@dataclass
class Checkout:
    """A copy of the program, and its graph before any edit."""

    root: Path
    before: Graph

    @property
    def deployed(self) -> Mapping[str, Deployed]:
        """The functions as they are deployed before the edit."""
        found = {urn: each for urn, each in self.before.resources.items() if each.type == FUNCTION}
        return {
            urn: Deployed(each.inputs["handler"], archive(each), tuple(each.inputs["layers"]))
            for urn, each in found.items()
        }

    def short(self, *changed: str) -> Mapping[str, Path] | None:
        """Return the archives that the short way deploys, by the function's URN."""
        bundles = edits.updates(self.deployed, changed, "host", self.root)
        return None if bundles is None else {urn: bundle.path for urn, bundle in bundles.items()}

    def check(self, *changed: str) -> bool:
        """Compare the short way with the program; return whether the edit can go the short way."""
        short = self.short(*changed)
        try:
            after = graph(self.root)
        except Exception:  # noqa: BLE001 - the short way must not deploy what the program refuses, for any reason
            assert short is None, changed
            return False
        if short is None:
            return False
        expected = self.before.resources | {
            urn: with_archive(self.before.resources[urn], path) for urn, path in short.items()
        }
        found, wanted = plain(after.resources), plain(expected)
        assert found.keys() == wanted.keys(), changed
        assert [urn for urn in wanted if wanted[urn] != found[urn]] == [], changed
        return True


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A copy of the program."""
    root = copy(tmp_path / "strata")
    return Checkout(root, graph(root))


def graph(root: Path) -> Graph:
    """Run the program."""
    recorder = Recorder()
    recorder.graph.outputs = program.run(root, Stack.load(root, "local"), recorder)
    return recorder.graph


def archive(function: Registered) -> Path:
    """Return the path of a function's zip."""
    return Path(function.inputs["code"].path)


def with_archive(function: Registered, path: Path) -> Registered:
    """Return the function with another zip."""
    return replace(function, inputs={**function.inputs, "code": pulumi.FileArchive(str(path))})


def plain(resources: Mapping[str, Registered]) -> dict[str, Any]:
    """Return resources in a form that can be compared: files as paths, dependencies in one order."""
    return {
        urn: repr(replace(each, inputs=paths(each.inputs), dependencies=tuple(sorted(each.dependencies))))
        for urn, each in resources.items()
    }


def paths(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs with files as their paths, in one order."""
    return {
        key: item.path if isinstance(item, pulumi.FileArchive | pulumi.FileAsset) else item
        for key, item in sorted(value.items())
    }


DEFINITION = re.compile(r"^( *)(?:async )?def \w+\([^()]*\)[^:\n]*:\n", re.MULTILINE)


def body(text: str, chooser: random.Random) -> str:
    """Insert a statement at the end of a file's random function, after its first line."""
    found = list(DEFINITION.finditer(text))
    if not found:
        return text
    match = chooser.choice(found)
    lines = text[match.end() :].splitlines(keepends=True)
    inside = next(line for line in lines if line.strip())
    place = match.end() + text[match.end() :].index(inside)
    if inside.lstrip().startswith('"""'):
        place = text.index('"""', place + inside.index('"""') + 3) + 4
    indent = match[1] + "    "
    return f"{text[:place]}{indent}assert {chooser.randrange(1000)} >= 0\n{text[place:]}"


def docstring(text: str, chooser: random.Random) -> str:
    """Change the first docstring, which the API's document may contain."""
    return text.replace('"""', f'"""Edited {chooser.randrange(1000)}. ', 1)


def late_import(text: str, chooser: random.Random) -> str:
    """Import a module in a function, which changes its bundle or its layers."""
    name = chooser.choice(["msgspec", "botocore.session", "handlers.kit.clock", "json", "no_such_package"])
    return re.sub(r"\n( +)return ", rf"\n\1import {name}\n\1return ", text, count=1)


def constant(text: str, chooser: random.Random) -> str:
    """Change module-level code."""
    return f"{text}\nADDED = {chooser.randrange(1000)}\n"


def signature(text: str, chooser: random.Random) -> str:
    """Add a parameter to a function."""
    del chooser
    return re.sub(r"^(def \w+\()", r"\1added: int = 1, ", text, count=1, flags=re.MULTILINE)


def broken(text: str, chooser: random.Random) -> str:
    """Make the file invalid."""
    del chooser
    return text + "\ndef (:\n"


def removed(text: str, chooser: random.Random) -> str:
    """Remove the content."""
    del text, chooser
    return ""


OTHER: tuple[Edit, ...] = (docstring, late_import, constant, signature, broken, removed)


def handlers(root: Path) -> list[str]:
    """Return the handlers' sources."""
    return [path.relative_to(root).as_posix() for path in sorted((root / "handlers").rglob("*.py"))]


def rest(root: Path) -> list[str]:
    """Return sources of the program that are no handlers, and the lists of the layers' packages."""
    folders = [path for name in ("settings", "wiring", "components") for path in (root / name).rglob("*.py")]
    layers = (root / "handlers" / "layers").glob("*.txt")
    return [path.relative_to(root).as_posix() for path in sorted((*folders, *layers))]


def apply(root: Path, path: str, edit: Edit, chooser: random.Random) -> None:
    """Edit a file."""
    file = root / path
    file.write_text(edit(file.read_text(), chooser))


@pytest.mark.slow
def test_edits_of_function_bodies_go_the_short_way(checkout: Checkout) -> None:
    """Every batch of random edits gives the program's graph, and a good part needs no run of the program."""
    chooser = random.Random(7)  # noqa: S311 - the same edits in each run
    fixed = edits.run_by_program(checkout.root)
    files = [path for path in handlers(checkout.root) if path not in fixed and "__init__" not in path]
    short = 0
    for _ in range(BATCHES):
        chosen = chooser.sample(files, BATCH)
        before = {path: (checkout.root / path).read_text() for path in chosen}
        for path in chosen:
            apply(checkout.root, path, body, chooser)
        changed = [path for path in chosen if (checkout.root / path).read_text() != before[path]]
        short += checkout.check(*changed)
        for path, text in before.items():
            (checkout.root / path).write_text(text)
    assert short >= BATCHES / 4


@pytest.mark.slow
def test_other_edits_never_differ(checkout: Checkout) -> None:
    """An edit of anything else runs the program, or leaves the rest of the graph as it is."""
    chooser = random.Random(13)  # noqa: S311 - as above
    files = handlers(checkout.root) * 3 + rest(checkout.root)
    short = 0
    for _ in range(OTHERS):
        path, edit = chooser.choice(files), chooser.choice(OTHER)
        text = (checkout.root / path).read_text()
        apply(checkout.root, path, edit, chooser)
        if (checkout.root / path).read_text() != text:
            short += checkout.check(path)
        (checkout.root / path).write_text(text)
    assert short > 0, "no edit went the short way, so none was compared"


@pytest.mark.parametrize(
    ("path", "edit", "expected"),
    [
        ("handlers/health/read.py", body, True),
        ("handlers/health/read.py", docstring, False),
        ("handlers/health/read.py", constant, False),
        ("handlers/events/catalogue.py", body, False),
        ("handlers/users/logic.py", body, True),
        ("wiring/users.py", body, False),
        ("handlers/layers/aws.txt", constant, False),
    ],
)
def test_kind_of_edit_decides(checkout: Checkout, path: str, edit: Edit, *, expected: bool) -> None:
    """Bodies of functions in modules that only functions import can go the short way."""
    apply(checkout.root, path, edit, random.Random(1))  # noqa: S311 - as above
    assert checkout.check(path) is expected


def test_file_that_was_saved_meanwhile_runs_the_program(checkout: Checkout) -> None:
    """The new bundles contain it, so its own check would find nothing to do."""
    chooser = random.Random(1)  # noqa: S311 - as above
    apply(checkout.root, "handlers/users/logic.py", body, chooser)
    assert checkout.short("handlers/users/logic.py")
    apply(checkout.root, "handlers/users/models.py", constant, chooser)
    assert checkout.short("handlers/users/logic.py") is None


@pytest.mark.parametrize(
    ("source", "same"),
    [
        ("def limit(): return {}", True),
        ("LIMIT = limit()\ndef limit(): return {}", False),
        ("LIMIT = limit()\ndef limit(): return half()\ndef half(): return {}", False),
        ("class A:\n  def __init__(self): self.go()\n  def go(self): return {}", False),
    ],
)
def test_function_that_runs_at_the_import_is_part_of_the_surface(source: str, *, same: bool) -> None:
    """Also one that is called by a function that the import calls."""
    first, second = (edits.surface(source.format(number).encode()) for number in (1, 2))
    assert (first == second) is same


def test_new_and_deleted_files_run_the_program(checkout: Checkout) -> None:
    """They can change what an import finds."""
    (checkout.root / "handlers" / "health" / "new.py").write_text("")
    (checkout.root / "handlers" / "health" / "read.py").unlink()
    assert checkout.short("handlers/health/new.py") is None
    assert checkout.short("handlers/health/read.py") is None
