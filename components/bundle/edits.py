"""Edits of handlers that change nothing but the code of functions, found without running the program.

The program depends on handlers in three ways: the functions' bundles contain them, the API's document
describes their contracts, and the wiring imports some of them. An edit of function bodies changes only the
bundles, except in a module that the program runs itself.
"""

from __future__ import annotations

import ast
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from components.bundle.errors import BundleError
from components.bundle.function import Bundle, function_bundle
from components.bundle.imports import Facts
from components.bundle.python import ROOT
from components.bundle.reach import FIRST_PARTY, Tree, imported, sources
from components.bundle.wheels import Platform

RUN_BY_PROGRAM = f"{FIRST_PARTY}.openapi.document"
"""The module that builds the API's document from the contracts of all operations."""

PROGRAM = ("__main__.py", "settings", "wiring", "components")


@dataclass(frozen=True)
class Deployed:
    """A function as it is deployed.

    Attributes:
        handler: in Lambda's notation, such as `handlers.users.create.handler`.
        archive: the zip of its code.
        layers: the ARNs of its layers' versions.
    """

    handler: str
    archive: Path
    layers: tuple[str, ...]


def updates(
    functions: Mapping[str, Deployed], changed: Sequence[str], platform: Platform, root: Path = ROOT
) -> Mapping[str, Bundle] | None:
    """Return the new bundle of each function that contains a changed file.

    Args:
        functions: the deployed functions, by any key.
        changed: the changed files, relative to `root`, such as `handlers/users/create.py`.
        platform: the platform of the layers.
        root: the repository.

    Returns:
        The bundles by the functions' keys; None if the edit may change more than code: the program must run.
    """
    try:
        codes = {key: _Code.read(each.archive) for key, each in functions.items()}
        tree = sources(root)
        if not all(_is_small(root / path, path, codes.values()) for path in changed):
            return None
        if not run_by_program(root, tree).isdisjoint(changed):
            return None
        bundles: dict[str, Bundle] = {}
        for key, code in codes.items():
            if not code.sources.keys().isdisjoint(changed):
                bundles[key] = _rebuilt(functions[key].handler, code, platform, tree, root)
                if not _Code.read(bundles[key].path).edited_since(code).issubset(changed):
                    return None  # A further file was saved meanwhile, and not checked.
    except (BundleError, SyntaxError, ValueError, OSError, KeyError):  # The program reports it.
        return None
    same = all(_has_layers(functions[key], bundle.layers) for key, bundle in bundles.items())
    return bundles if same else None


@dataclass(frozen=True)
class _Code:
    """The content of a function's zip: its sources with their checksums, and the generated files."""

    archive: Path
    sources: Mapping[str, int]
    generated: tuple[str, ...]

    @classmethod
    def read(cls, archive: Path) -> _Code:
        if archive not in _codes:
            with zipfile.ZipFile(archive) as file:
                sums = {entry.filename: entry.CRC for entry in file.infolist()}
            sources = {name: checksum for name, checksum in sums.items() if name.endswith(".py")}
            generated = [name for name in sums if not name.endswith((".py", ".pyc"))]
            _codes[archive] = cls(archive, sources, tuple(generated))
        return _codes[archive]

    def edited_since(self, old: _Code) -> set[str]:
        """Return the sources of both that differ."""
        return {name for name in self.sources.keys() & old.sources if self.sources[name] != old.sources[name]}

    def content(self, name: str) -> bytes:
        with zipfile.ZipFile(self.archive) as file:
            return file.read(name)


_codes: dict[Path, _Code] = {}


def _has_layers(function: Deployed, names: tuple[str, ...]) -> bool:
    """Return whether a function has exactly these layers, whose names end with `-NAME`."""
    deployed = sorted(arn.split(":")[-2].rpartition("-")[2] for arn in function.layers)
    return deployed == sorted(names)


def _rebuilt(handler: str, code: _Code, platform: Platform, tree: Tree, root: Path) -> Bundle:
    module, _, function = handler.rpartition(".")
    files = {name: code.content(name) for name in code.generated}
    return function_bundle(f"{module}:{function}", files, platform=platform, tree=tree, root=root)


def _is_small(file: Path, path: str, codes: Iterable[_Code]) -> bool:
    """Return whether only bodies of functions differ from the deployed content of a file."""
    deployed = next((code for code in codes if path in code.sources), None)
    if deployed is None or not file.is_file():
        return False
    old, new = deployed.content(path), file.read_bytes()
    return surface(old) == surface(new)


def surface(source: bytes) -> tuple[str, object]:
    """Return what a file shows to a program that imports it: all but the bodies of functions.

    A function that module-level code of the same file names is kept whole, because it may run at the import,
    and so is each function that a kept one names.

    Raises:
        SyntaxError, ValueError: if the source is not valid Python.
    """
    tree = ast.parse(source)
    stripped = _Stripper(_names_at_import(tree)).visit(tree)
    services = sorted({name for name, _ in Facts.of(source).services})
    return ast.dump(stripped), services


Function = ast.FunctionDef | ast.AsyncFunctionDef


class _Stripper(ast.NodeTransformer):
    """Removes the bodies of functions, except docstrings and functions with one of `kept` names."""

    def __init__(self, kept: frozenset[str]) -> None:
        self._kept = kept

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._strip(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._strip(node)

    def _strip(self, node: Function) -> ast.AST:
        if node.name not in self._kept:
            node.body = [ast.Expr(ast.Constant(ast.get_docstring(node, clean=False)))]
        return node


def _names_at_import(tree: ast.Module) -> frozenset[str]:
    """Return the names that code uses which may run at the import, and dunder methods: they need no name."""
    names: set[str] = set()
    bodies: dict[str, list[ast.stmt]] = {}

    def walk(node: ast.AST) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                for part in (*node.decorator_list, node.args):
                    walk(part)
                bodies.setdefault(node.name, []).extend(node.body)
                if node.name.startswith("__"):
                    names.add(node.name)
                return
            case ast.Name(id=name) | ast.Attribute(attr=name):
                names.add(name)
            case _:
                pass
        for child in ast.iter_child_nodes(node):
            walk(child)

    walk(tree)
    while used := names & bodies.keys():
        for statement in [each for name in used for each in bodies.pop(name)]:
            walk(statement)
    return frozenset(names)


def run_by_program(root: Path, tree: Tree | None = None) -> frozenset[str]:
    """Return the files of `handlers/` that the program imports itself, directly or through others."""
    tree, names = tree or sources(root), {RUN_BY_PROGRAM}
    for file in _program_files(root):
        for statement in tree.facts(file.read_bytes()).imports:
            names.update(imported(statement.module, statement))
    return frozenset(module.path for module in tree.closure(names))


def _program_files(root: Path) -> Iterator[Path]:
    for name in PROGRAM:
        yield from [root / name] if name.endswith(".py") else sorted((root / name).rglob("*.py"))
