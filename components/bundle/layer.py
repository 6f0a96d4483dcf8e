"""Third-party packages as Lambda layers: compiled, and stripped of what Lambda never reads."""

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

# What importlib.metadata answers with; the rest of a dist-info is for installers.
_METADATA = ("*.dist-info/METADATA", "*.dist-info/entry_points.txt")
_NEVER_READ = {".pyi", ".pyx", ".pxd", ".c", ".h"}
_HOLDS_SDK = re.compile(r"^botocore==", re.MULTILINE)

LAYERS = f"{FIRST_PARTY}/layers"


@dataclass(frozen=True)
class LayerBundle:
    """A layer's zip, its contents under `python/`; `hash` is the SHA-256 of its bytes in hexadecimal."""

    path: Path
    hash: str
    name: str


def layer_bundle(
    name: str, platform: Platform, *, root: Path = ROOT, install: Install = uv_install
) -> LayerBundle:
    """The packages that `handlers/layers/<name>.txt` pins; from the cache where nothing changed.

    Of botocore's data it holds the services that some handler makes a client of.

    Args:
        name: the layer's.
        platform: where it runs.
        root: the repository.
        install: what puts the packages into a folder.

    Raises:
        BundleError: where the packages cannot be installed, or a client's service cannot be told.
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
    """The names of the layers that provide these import roots, each given with a place that imports it.

    Raises:
        BundleError: for a root that no layer provides.
    """
    if not packages:
        return ()
    names = sorted(path.stem for path in (root / LAYERS).glob("*.txt"))
    provider = {package: name for name in names for package in _provided(name, platform, root, install)}
    for package, place in packages.items():
        if package not in provider:
            raise BundleError(
                f"{place}: no layer provides {package!r}: add it to a {LAYERS}/*.in and compile that;"
                f" provided are {', '.join(sorted(provider)) or 'none'}"
            )
    return tuple(sorted({provider[package] for package in packages}))


def _requirements(root: Path, name: str) -> Path:
    path = root / LAYERS / f"{name}.txt"
    if not path.is_file():
        raise BundleError(f"no layer {name!r}: {LAYERS}/{name}.txt does not exist")
    return path


def _services(tree: Tree) -> dict[str, str]:
    """The services that handlers make clients of, with a place of each."""
    services: dict[str, str] = {}
    for module in tree.all():
        for line in module.facts.unnamed_services:
            raise BundleError(
                f"{module.path}:{line}: a layer carries only services that handlers name: write the service"
                " as a literal first argument, or do this in a function `client` that is called so"
            )
        for service, line in module.facts.services:
            services.setdefault(service, f"{module.path}:{line}")
    return services


def _provided(name: str, platform: Platform, root: Path, install: Install) -> list[str]:
    """The import roots of a layer, known since it was built first, for whichever platform."""
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
    """What Lambda may read of the packages: path → content."""
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
    """The layer's contents: bytecode in the sources' places, all else as it is."""
    contents: dict[str, bytes] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what compilers say of others' code is no news to us
        for path, content in files.items():
            if path.endswith(".py"):
                contents[f"python/{path}c"] = bytecode(content, path)
            else:
                contents[f"python/{path}"] = content
    return contents
