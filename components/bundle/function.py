"""The bundle of a Lambda function: the first-party modules that its handler imports, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from sys import implementation

from components.bundle.archive import archive
from components.bundle.cache import Cache, digest
from components.bundle.errors import BundleError
from components.bundle.layer import layers_of
from components.bundle.python import BUILD, ROOT, bytecode, require_python
from components.bundle.reach import FIRST_PARTY, Reach, Tree
from components.bundle.wheels import Install, Platform, uv_install

_HANDLER = re.compile(rf"(?P<module>{FIRST_PARTY}(?:\.\w+)+):(?P<function>\w+)")


@dataclass(frozen=True)
class Bundle:
    """The bundle of a function.

    Attributes:
        path: the zip.
        hash: the SHA-256 of its bytes in hexadecimal.
        handler: the handler in Lambda's notation, such as `handlers.users.create.handler`.
        layers: the names of the layers that it needs, sorted.
    """

    path: Path
    hash: str
    handler: str
    layers: tuple[str, ...]


def function_bundle(
    handler: str,
    files: Mapping[str, str | bytes] | None = None,
    *,
    platform: Platform = "lambda",
    tree: Tree | None = None,
    root: Path = ROOT,
    install: Install = uv_install,
) -> Bundle:
    """Return the bundle of a handler, such as `handlers.users.create:handler`; cached if nothing changed.

    Args:
        handler: the module and the function in it.
        files: generated files to add, by their path in the zip.
        platform: the platform of the layers, if a layer has to be built to find out what it provides.
        tree: the sources, if they were read before for another bundle.
        root: the repository.
        install: installs the packages of a layer into a folder.

    Raises:
        BundleError: for an import that does not resolve, or that is not in the repository, the standard
            library or a layer.
    """
    python, cache = require_python(root), Cache(root)
    module, function = _parse(handler)
    reach = (tree or Tree(root, cache)).reach(module, f"handler {handler!r}")
    if function not in reach.modules[module].facts.names:
        raise BundleError(f"handler {handler!r}: {reach.modules[module].path} has no {function!r}")
    contents = _contents(reach, files or {})
    key = digest(BUILD, python, *(part for path in sorted(contents) for part in (path, contents[path])))
    name = f"{module}-{key}.zip"
    entry = cache.load(name) or cache.save(name, archive(contents | _bytecode(reach)))
    layers = layers_of(reach.packages, platform, root=root, install=install)
    return Bundle(entry.path, entry.hash, f"{module}.{function}", layers)


def _parse(handler: str) -> tuple[str, str]:
    match = _HANDLER.fullmatch(handler)
    if match is None:
        example = f"{FIRST_PARTY}.users.create:handler"
        raise BundleError(f"handler {handler!r}: expected a module and a function, such as {example}")
    return match["module"], match["function"]


def _contents(reach: Reach, files: Mapping[str, str | bytes]) -> dict[str, bytes]:
    contents = {module.path: module.source for module in reach.modules.values()}
    for path, content in files.items():
        parts = PurePosixPath(path).parts
        if path in contents or path.startswith("/") or ".." in parts or "/".join(parts) != path:
            raise BundleError(f"file {path!r}: expected a relative path that no module in the zip has")
        contents[path] = content.encode() if isinstance(content, str) else content
    return contents


def _bytecode(reach: Reach) -> dict[str, bytes]:
    """Return the compiled modules by path; Lambda's disk is read-only, so Python cannot write them there."""
    compiled: dict[str, bytes] = {}
    for module in reach.modules.values():
        try:
            compiled[_cached(module.path)] = bytecode(module.source, module.path)
        except (SyntaxError, ValueError, RecursionError) as error:  # Parsing does not find every SyntaxError.
            raise BundleError.of(module.path, error) from error
    return compiled


def _cached(path: str) -> str:
    source = PurePosixPath(path)
    return str(source.parent / "__pycache__" / f"{source.stem}.{implementation.cache_tag}.pyc")
