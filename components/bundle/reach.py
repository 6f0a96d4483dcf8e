"""The first-party modules that a handler imports, and the third-party packages that these import."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from components.bundle.cache import Cache, digest
from components.bundle.errors import BundleError
from components.bundle.imports import Facts, Import
from components.bundle.python import BUILD, ROOT

FIRST_PARTY = "handlers"

_facts: dict[str, Facts] = {}


@dataclass(frozen=True)
class Module:
    """A first-party module as it is on disk.

    Attributes:
        name: such as `handlers.users.create`.
        path: relative to the root, such as `handlers/users/create.py`.
    """

    name: str
    path: str
    source: bytes
    facts: Facts

    @property
    def is_package(self) -> bool:
        """Whether the module is the `__init__.py` of a package."""
        return self.path.endswith("/__init__.py")


@dataclass(frozen=True)
class Need:
    """How a package is needed.

    Attributes:
        place: the place `file:line` of one import.
        optional: whether every import of it handles the ImportError.
        instead_of: for imports that run only after an ImportError, the top-level names of the modules whose
            imports may raise it.
    """

    place: str
    optional: bool = False
    instead_of: tuple[str, ...] = ()

    def merged(self, other: Need) -> Need:
        """Return the need of imports of both kinds: the stronger one."""
        if self.optional or other.optional:
            return other if self.optional else self
        if not self.instead_of or not other.instead_of:
            return other if self.instead_of else self
        return Need(self.place, instead_of=(*self.instead_of, *other.instead_of))

    def unmet(self, available: Container[str]) -> bool:
        """Return whether a function without the package can fail, given the names that it can import."""
        if self.optional:
            return False
        return not self.instead_of or any(name not in available for name in self.instead_of)


@dataclass
class Reach:
    """The modules and packages that a handler imports, directly or through other modules.

    Attributes:
        modules: first-party modules by name.
        packages: how third-party packages are needed, by import root.
    """

    modules: dict[str, Module] = field(default_factory=dict[str, Module])
    packages: dict[str, Need] = field(default_factory=dict[str, Need])


class Tree:
    """The first-party sources under a root. An instance reads each file once."""

    def __init__(self, root: Path, cache: Cache) -> None:
        self._root = root
        self._cache = cache
        self._modules: dict[str, Module | None] = {}

    def module(self, name: str) -> Module | None:
        """Return the module of this name, or None if there is no such file."""
        if name not in self._modules:
            stem = name.replace(".", "/")
            self._modules[name] = self._read(name, f"{stem}/__init__.py") or self._read(name, f"{stem}.py")
        return self._modules[name]

    def all(self) -> Iterator[Module]:
        """Yield every module, ordered by path."""
        for path in sorted((self._root / FIRST_PARTY).rglob("*.py")):
            parts = path.relative_to(self._root).with_suffix("").parts
            module = self.module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
            if module:
                yield module

    def reach(self, name: str, place: str) -> Reach:
        """Return the modules and packages that a module imports; errors name `place` as the import of `name`.

        Raises:
            BundleError: for an import that does not resolve, or whose name is computed at run time.
        """
        reach = Reach()
        todo = [(name, place)]
        while todo:
            name, place = todo.pop()
            if name not in reach.modules:
                reach.modules[name] = self._require(name, place)
                todo += self._follow(reach.modules[name], reach)
        return reach

    def closure(self, names: Iterable[str]) -> Iterator[Module]:
        """Yield the modules with these names and those that they import; other names are ignored."""
        todo, seen = list(names), set[str]()
        while todo:
            name = todo.pop()
            parent = self.module(name.rpartition(".")[0]) if "." in name else None
            if name in seen or (parent and not parent.is_package) or not _is_first_party(name):
                continue
            seen.add(name)
            module = self.module(name)
            if module:
                yield module
                for statement in module.facts.imports:
                    todo += imported(_base(module, statement), statement)

    def _follow(self, module: Module, reach: Reach) -> Iterator[tuple[str, str]]:
        """Yield the first-party modules that a module imports, and add third-party packages to `reach`."""
        for line in module.facts.dynamic:
            raise BundleError(
                f"{module.path}:{line}: an import whose name is computed at run time cannot be followed:"
                " use an import statement, inside a function if it must run late"
            )
        for statement in module.facts.imports:
            place = f"{module.path}:{statement.line}"
            base = _base(module, statement)
            root = base.partition(".")[0]
            if _is_first_party(base):
                if statement.optional and not all(map(self.module, _ancestors(base))):
                    continue
                yield from ((name, place) for name in _ancestors(base))
                yield from self._submodules(base, statement, place)
            elif root not in sys.stdlib_module_names:
                need = Need(place, statement.optional, statement.instead_of)
                known = reach.packages.get(root)
                reach.packages[root] = known.merged(need) if known else need
        yield from ((name, module.path) for name in _ancestors(module.name))

    def _submodules(self, base: str, statement: Import, place: str) -> Iterator[tuple[str, str]]:
        """Yield the names of `from base import …` that are modules."""
        parent = self._require(base, place)
        known = parent.facts.names
        for name in statement.names:
            if self.module(f"{base}.{name}"):
                yield f"{base}.{name}", place
            elif statement.optional:
                continue
            elif name not in known and "__getattr__" not in known and "*" not in {name, *known}:
                raise BundleError(f"{place}: {parent.path} has no {name!r}, and there is no such module")

    def _require(self, name: str, place: str) -> Module:
        module = self.module(name)
        if module is None:
            stem = name.replace(".", "/")
            if (self._root / stem).is_dir():
                raise BundleError(
                    f"{place}: {stem}/__init__.py does not exist: create it, because every folder of"
                    f" {FIRST_PARTY}/ is a package"
                )
            raise BundleError(f"{place}: no module {name}: neither {stem}.py nor {stem}/__init__.py exists")
        return module

    def _read(self, name: str, path: str) -> Module | None:
        try:
            source = (self._root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            return Module(name, path, source, self.facts(source))
        except (SyntaxError, ValueError, RecursionError) as error:
            raise BundleError.of(path, error) from error

    def facts(self, source: bytes) -> Facts:
        """Return the facts about a source file; cached by content.

        Raises:
            SyntaxError, ValueError, RecursionError: if it is not valid Python.
        """
        key = digest(BUILD, source)
        if key not in _facts:
            name = f"imports/{key}.json"
            known = self._cache.read(name)
            _facts[key] = Facts.parse(known) if known else Facts.of(source)
            if not known:
                self._cache.save(name, _facts[key].dump())
        return _facts[key]


def imported(base: str, statement: Import) -> Iterator[str]:
    """Yield the names of modules that an import of `base` may run, those outside of the tree too."""
    yield from _ancestors(base)
    yield from (f"{base}.{name}" for name in statement.names)


def sources(root: Path = ROOT) -> Tree:
    """Return the first-party sources as they are now."""
    return Tree(root, Cache(root))


def _base(module: Module, statement: Import) -> str:
    """Return the absolute name of the module between `from` and `import`."""
    if not statement.level:
        return statement.module
    parts = module.name.split(".")
    keep = len(parts) - statement.level + (1 if module.is_package else 0)
    if keep < 1:
        raise BundleError(f"{module.path}:{statement.line}: the relative import goes beyond {FIRST_PARTY}/")
    return ".".join([*parts[:keep], *([statement.module] if statement.module else [])])


def _is_first_party(name: str) -> bool:
    return name.partition(".")[0] == FIRST_PARTY


def _ancestors(name: str) -> Iterator[str]:
    """Return the module and its parent packages, whose `__init__` runs first."""
    parts = name.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts) + 1))
