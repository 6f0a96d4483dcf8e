"""Lambda layers of third-party packages: compiled, without the files that Lambda never reads."""

from __future__ import annotations

import json
import re
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from components.bundle.archive import archive
from components.bundle.cache import Cache, digest
from components.bundle.errors import BundleError
from components.bundle.python import BUILD, ROOT, bytecode, require_python
from components.bundle.reach import FIRST_PARTY, Tree
from components.bundle.sdk import slim
from components.bundle.wheels import Install, Platform, uv_install

# importlib.metadata reads these; the other files of a dist-info folder are for installers.
_METADATA = ("*.dist-info/METADATA", "*.dist-info/entry_points.txt")
_NEVER_READ = {".pyi", ".pyx", ".pxd", ".c", ".h"}
_HOLDS_SDK = re.compile(r"^botocore==", re.MULTILINE)

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

    Of botocore's data, it has only the services for which a handler creates a client.

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
    services = _services(Tree(root, cache)) if _HOLDS_SDK.search(requirements.read_text()) else {}
    key = digest(BUILD, python, requirements.read_bytes(), *sorted(services))
    file, roots = f"layer-{name}-{platform}-{key}.zip", _roots_file(requirements)
    entry = cache.load(file)
    if entry is None or cache.read(roots) is None:
        files = _installed(requirements, platform, python, install)
        cache.save(roots, json.dumps(_roots(files)).encode())
        entry = cache.save(file, archive(_compiled(slim(files, services))))
    return LayerBundle(entry.path, entry.hash, name)


def layers_of(
    packages: Mapping[str, str], platform: Platform, *, root: Path, install: Install
) -> tuple[str, ...]:
    """Return the names of the layers that provide some packages, given as import root → place of an import.

    Raises:
        BundleError: for a package that no layer provides.
    """
    if not packages:
        return ()
    names = sorted(path.stem for path in (root / LAYERS).glob("*.txt"))
    provider = {package: name for name in names for package in _provided(name, platform, root, install)}
    for package, place in packages.items():
        if package not in provider:
            raise BundleError(
                f"{place}: no layer provides {package!r}: add it to a {LAYERS}/*.in file and compile"
                f" that; the layers provide {', '.join(sorted(provider)) or 'nothing'}"
            )
    return tuple(sorted({provider[package] for package in packages}))


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


def _provided(name: str, platform: Platform, root: Path, install: Install) -> list[str]:
    """Return the import roots of a layer; they are the same for every platform."""
    file, cache = _roots_file(_requirements(root, name)), Cache(root)
    if cache.read(file) is None:
        layer_bundle(name, platform, root=root, install=install)
    return json.loads(cache.read(file) or b"[]")


def _roots_file(requirements: Path) -> str:
    return f"roots-{requirements.stem}-{digest(BUILD, requirements.read_bytes())}.json"


def _roots(files: Mapping[str, bytes]) -> list[str]:
    code = [PurePosixPath(path).parts[0] for path in files if path.endswith((".py", ".so"))]
    return sorted({name for part in code if (name := part.partition(".")[0]).isidentifier()})


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


def _compiled(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the contents of the layer: bytecode in place of the sources, other files unchanged."""
    contents: dict[str, bytes] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # They are about third-party code.
        for path, content in files.items():
            if path.endswith(".py"):
                contents[f"python/{path}c"] = bytecode(content, path)
            else:
                contents[f"python/{path}"] = content
    return contents
