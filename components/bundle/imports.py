"""The imports and names of one source file, read without running it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, TypeGuard


@dataclass(frozen=True)
class Import:
    """`from <level dots><module> import <names>`, or `import <module>` if there are no names."""

    module: str
    names: tuple[str, ...]
    level: int
    line: int


@dataclass
class Facts:
    """The facts about a source file that packaging needs.

    Attributes:
        imports: every import that can run, including those in functions and under conditions.
        names: every name that the file binds anywhere: a superset of its importable names.
        dynamic: lines that import a module whose name is computed at run time.
        services: AWS services for which the file creates clients, each with its line.
        unnamed_services: lines that create a client for a service that is not a literal.
    """

    imports: list[Import] = field(default_factory=list[Import])
    names: set[str] = field(default_factory=set[str])
    dynamic: list[int] = field(default_factory=list[int])
    services: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    unnamed_services: list[int] = field(default_factory=list[int])

    @classmethod
    def of(cls, source: bytes) -> Facts:
        """Return the facts about a source.

        Raises:
            SyntaxError: if the source is not valid Python.
        """
        facts = cls()
        for node, function in _walk(ast.parse(source)):
            _note_names(facts, node)
            _note_imports(facts, node)
            _note_dynamic(facts, node)
            if isinstance(node, ast.Call):
                _note_client(facts, node, function)
        return facts

    def dump(self) -> bytes:
        """Return the facts as JSON."""
        return json.dumps(asdict(self) | {"names": sorted(self.names)}).encode()

    @classmethod
    def parse(cls, content: bytes) -> Facts:
        """Return the facts of the JSON that `dump` returned."""
        data: dict[str, Any] = json.loads(content)
        return cls(
            [
                Import(row["module"], tuple(row["names"]), row["level"], row["line"])
                for row in data["imports"]
            ],
            set(data["names"]),
            data["dynamic"],
            [(service, line) for service, line in data["services"]],
            data["unnamed_services"],
        )


def _walk(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Yield every node that can run, in the order of the file, with the name of its enclosing function."""
    todo = [(tree, "")]
    while todo:
        node, function = todo.pop()
        yield node, function
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        children = node.orelse if _only_for_type_checkers(node) else ast.iter_child_nodes(node)
        todo += reversed([(child, function) for child in children])


def _only_for_type_checkers(node: ast.AST) -> TypeGuard[ast.If]:
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            return True
        case _:
            return False


def _note_names(facts: Facts, node: ast.AST) -> None:
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            facts.names.add(name)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            facts.names.add(name)
        case ast.alias(name=name, asname=asname):
            facts.names.add(asname or name.partition(".")[0])
        case _:
            pass


def _note_imports(facts: Facts, node: ast.AST) -> None:
    match node:
        case ast.Import(names=names, lineno=line):
            facts.imports += [Import(alias.name, (), 0, line) for alias in names]
        case ast.ImportFrom(module=module, names=names, level=level, lineno=line):
            facts.imports.append(Import(module or "", tuple(alias.name for alias in names), level, line))
        case _:
            pass


def _note_dynamic(facts: Facts, node: ast.AST) -> None:
    match node:
        case (
            ast.Name(id=name, lineno=line)
            | ast.Attribute(attr=name, lineno=line)
            | ast.alias(name=name, lineno=line)
        ) if name in {"__import__", "import_module"}:
            facts.dynamic.append(line)
        case _:
            pass


def _note_client(facts: Facts, call: ast.Call, function: str) -> None:
    match call.func:
        case ast.Name(id=factory) | ast.Attribute(attr=factory) if factory in {"client", "create_client"}:
            pass
        case _:
            return
    match call.args:
        case [ast.Constant(value=str(service)), *_]:
            facts.services.append((service, call.lineno))
        case _ if factory == "create_client" and function != "client":
            facts.unnamed_services.append(call.lineno)
        case _:
            pass
