"""The imports and names of one source file, read without running it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from components.bundle.conditions import catches_import_error, decided, suppresses_import_error


@dataclass(frozen=True)
class Import:
    """`from <level dots><module> import <names>`, or `import <module>` if there are no names.

    Attributes:
        optional: whether the file handles the ImportError.
        instead_of: for an import that runs only after an ImportError, the top-level names of the modules
            whose imports may raise it.
    """

    module: str
    names: tuple[str, ...]
    level: int
    line: int
    optional: bool = False
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Scope:
    """The surroundings of a node: its function's name, and how ImportErrors are handled (see `Import`)."""

    function: str = ""
    optional: bool = False
    instead_of: tuple[str, ...] = ()


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
        for node, scope in _walk(ast.parse(source)):
            _note_names(facts, node)
            _note_imports(facts, node, scope)
            _note_dynamic(facts, node)
            if isinstance(node, ast.Call):
                _note_client(facts, node, scope.function)
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
                Import(**row | {"names": tuple(row["names"]), "instead_of": tuple(row["instead_of"])})
                for row in data["imports"]
            ],
            set(data["names"]),
            data["dynamic"],
            [(service, line) for service, line in data["services"]],
            data["unnamed_services"],
        )


def _walk(tree: ast.AST) -> Iterator[tuple[ast.AST, _Scope]]:
    """Yield every node that can run, in the order of the file, with its scope."""
    todo = [(tree, _Scope())]
    while todo:
        node, scope = todo.pop()
        yield node, scope
        todo += reversed(list(_children(node, scope)))


def _children(node: ast.AST, scope: _Scope) -> Iterator[tuple[ast.AST, _Scope]]:
    """Yield the children that can run, each with its scope."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield from ((child, _Scope(name)) for child in ast.iter_child_nodes(node))
        case ast.If(test=test, body=body, orelse=orelse) if (decision := decided(test)) is not None:
            yield from ((child, scope) for child in (body if decision else orelse))
        case ast.Try(handlers=handlers) if any(map(catches_import_error, handlers)):
            yield from _guarded(node, scope)
        case ast.With(items=items) if any(map(suppresses_import_error, items)):
            yield from ((child, replace(scope, optional=True)) for child in ast.iter_child_nodes(node))
        case _:
            yield from ((child, scope) for child in ast.iter_child_nodes(node))


def _guarded(node: ast.Try, scope: _Scope) -> Iterator[tuple[ast.AST, _Scope]]:
    """Yield the children of a statement that handles ImportErrors; `else` runs only without one."""
    optional = replace(scope, optional=True)
    yield from ((child, optional) for child in node.body)
    instead = replace(scope, instead_of=(*scope.instead_of, *_roots(node.body)))
    for handler in node.handlers:
        yield handler, instead if catches_import_error(handler) else scope
    yield from ((child, optional) for child in node.orelse)
    yield from ((child, scope) for child in node.finalbody)


def _roots(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the top-level names of the modules that statements import; relative imports have none."""
    for statement in body:
        match statement:
            case ast.Import(names=names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]
            case _:
                pass


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


def _note_imports(facts: Facts, node: ast.AST, scope: _Scope) -> None:
    handled = (scope.optional, scope.instead_of)
    match node:
        case ast.Import(names=names, lineno=line):
            facts.imports += [Import(alias.name, (), 0, line, *handled) for alias in names]
        case ast.ImportFrom(module=module, names=names, level=level, lineno=line):
            imported = tuple(alias.name for alias in names)
            facts.imports.append(Import(module or "", imported, level, line, *handled))
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
