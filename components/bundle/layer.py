"""Lambda layers of third-party packages: compiled, without the files that Lambda never reads."""

from __future__ import annotations

import json
import re
import sys
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from components.bundle.archive import archive
from components.bundle.cache import Cache, digest
from components.bundle.errors import BundleError
from components.bundle.python import BUILD, ROOT, bytecode, require_python
from components.bundle.reach import FIRST_PARTY, Need, Tree
from components.bundle.sdk import slim
from components.bundle.wheels import Install, Platform, uv_install

# importlib.metadata reads these; the other files of a dist-info folder are for installers.
_METADATA = ("*.dist-info/METADATA", "*.dist-info/entry_points.txt")
_NEVER_READ = {".pyi", ".pyx", ".pxd", ".c", ".h"}
_HOLDS_SDK = re.compile(r"^botocore==", re.MULTILINE)

_BARE = 2
"""The compiler's level without docstrings."""

LAYERS = f"{FIRST_PARTY}/layers"


@dataclass(frozen=True)
class LayerBundle:
    """The zip of a layer, whose contents are under `python/`; `hash` is its SHA-256 in hexadecimal."""

    path: Path
    hash: str
    name: str


def layer_bundle(
    name: str, platform: Platform, *, root: Path = ROOT, install: Install = uv_install
) -> LayerBundle:
    """Return the layer of the packages that `handlers/layers/<name>.txt` pins; cached if nothing changed.

    Of botocore's data, it has only the services for which a handler creates a client. The SDK's code has no
    docstrings.

    Args:
        name: the name of the layer.
        platform: the platform on which the layer runs.
        root: the repository.
        install: installs the packages into a folder.

    Raises:
        BundleError: if the packages cannot be installed, or the service of a client cannot be determined.
    """
    python, requirements = require_python(root), _requirements(root, name)
    cache = Cache(root)
    holds_sdk = bool(_HOLDS_SDK.search(requirements.read_text()))
    services = _services(Tree(root, cache)) if holds_sdk else {}
    key = digest(BUILD, python, requirements.read_bytes(), *sorted(services))
    file, roots = f"layer-{name}-{platform}-{key}.zip", _roots_file(requirements)
    entry = cache.load(file)
    if entry is None or cache.read(roots) is None:
        files = _installed(requirements, platform, python, install)
        cache.save(roots, json.dumps(_roots(files)).encode())
        entry = cache.save(file, archive(_compiled(slim(files, services), _BARE if holds_sdk else 0)))
    return LayerBundle(entry.path, entry.hash, name)


def layers_of(
    packages: Mapping[str, Need], platform: Platform, *, root: Path, install: Install
) -> tuple[str, ...]:
    """Return the names of the layers that provide some packages, given by import root.

    A namespace package in several layers needs all of them: Lambda extracts layers into one folder.

    Raises:
        BundleError: for a package that no layer provides, unless its import is optional.
    """
    if not packages:
        return ()
    providers = _providers(platform, root, install)
    available = {FIRST_PARTY, *sys.stdlib_module_names, *providers}
    for package, need in packages.items():
        if package not in providers and need.unmet(available):
            raise BundleError(
                f"{need.place}: no layer provides {package!r}: add it to a {LAYERS}/*.in file and compile"
                f" that; the layers provide {', '.join(sorted(providers)) or 'nothing'}"
            )
    return tuple(sorted({name for package in packages for name in providers.get(package, ())}))


def _providers(platform: Platform, root: Path, install: Install) -> dict[str, list[str]]:
    """Return the layers that a function needs for each import root: one, or all for a namespace package."""
    names = sorted(path.stem for path in (root / LAYERS).glob("*.txt"))
    providers: dict[str, list[str]] = {}
    for name in names:
        for package, is_namespace in _provided(name, platform, root, install).items():
            others = providers.get(package, []) if is_namespace else []
            providers[package] = [*others, name]
    return providers


def _requirements(root: Path, name: str) -> Path:
    path = root / LAYERS / f"{name}.txt"
    if not path.is_file():
        raise BundleError(f"no layer {name!r}: {LAYERS}/{name}.txt does not exist")
    return path


def _services(tree: Tree) -> dict[str, str]:
    """Return the services for which handlers create clients, each with the place of one client."""
    services: dict[str, str] = {}
    for module in tree.all():
        for line in module.facts.unnamed_services:
            raise BundleError(
                f"{module.path}:{line}: a layer has only the services that handlers name: pass the service as"
                " a literal first argument, here or to a function `client` that creates the client"
            )
        for service, line in module.facts.services:
            services.setdefault(service, f"{module.path}:{line}")
    return services


def _provided(name: str, platform: Platform, root: Path, install: Install) -> dict[str, bool]:
    """Return the import roots of a layer, each with whether it is a namespace package.

    They are the same for every platform.
    """
    file, cache = _roots_file(_requirements(root, name)), Cache(root)
    if cache.read(file) is None:
        layer_bundle(name, platform, root=root, install=install)
    return json.loads(cache.read(file) or b"{}")


def _roots_file(requirements: Path) -> str:
    return f"roots-{requirements.stem}-{digest(BUILD, requirements.read_bytes())}.json"


def _roots(files: Mapping[str, bytes]) -> dict[str, bool]:
    code = [PurePosixPath(path).parts for path in files if path.endswith((".py", ".so"))]
    names = {name: len(parts) > 1 for parts in code if (name := parts[0].partition(".")[0]).isidentifier()}
    return {name: is_folder and _is_namespace(name, files) for name, is_folder in sorted(names.items())}


def _is_namespace(package: str, files: Mapping[str, bytes]) -> bool:
    """Return whether a package may have parts in other layers: its `__init__`, if any, searches for them."""
    if any(path.startswith(f"{package}/__init__.") and path.endswith(".so") for path in files):
        return False
    source = files.get(f"{package}/__init__.py")
    return source is None or any(word in source for word in (b"extend_path", b"declare_namespace"))


def _installed(requirements: Path, platform: Platform, python: str, install: Install) -> dict[str, bytes]:
    """Return the files of the packages that Lambda may read, as path → content."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder)
        install(requirements, platform, python, target)
        files = [path for path in target.rglob("*") if path.is_file()]
        return {
            relative.as_posix(): path.read_bytes()
            for path in files
            if _is_read(relative := PurePosixPath(path.relative_to(target).as_posix()))
        }


def _is_read(path: PurePosixPath) -> bool:
    top = path.parts[0]
    if top.endswith(".dist-info"):
        return any(path.match(pattern) for pattern in _METADATA)
    return top not in {"bin", ".lock"} and "__pycache__" not in path.parts and path.suffix not in _NEVER_READ


def _compiled(files: Mapping[str, bytes], optimize: int) -> dict[str, bytes]:
    """Return the contents of the layer: bytecode in place of the sources, other files unchanged.

    A source that does not compile is unchanged too, as pip leaves it: packages contain templates, and code
    for other versions of Python.
    """
    contents: dict[str, bytes] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # They are about third-party code.
        for path, content in files.items():
            try:
                compiled = bytecode(content, path, optimize) if path.endswith(".py") else None
            except (SyntaxError, ValueError, RecursionError):
                compiled = None
            contents[f"python/{path}" if compiled is None else f"python/{path}c"] = compiled or content
    return contents
