"""Imports that may fail, imports for other versions of Python, and packages in several layers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from components.bundle import Bundle, BundleError, Platform, function_bundle, layer_bundle
from tests.unit.bundle_tree import SOURCES, FakeInstall, names, run_isolated, unpack, write

HANDLER = "handlers.health.get:handler"
CREATE = "handlers/health/get.py"
LAYERS = {"a": "handlers/layers/a.txt", "b": "handlers/layers/b.txt"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The sample repository."""
    return write(tmp_path / "repository", SOURCES)


def bundle(root: Path, source: str) -> Bundle:
    """Bundle a handler of this source; the layer `models` provides `records`."""
    write(root, {CREATE: f"{source}\ndef handler(event, context): ...\n"})
    return function_bundle(HANDLER, root=root, install=FakeInstall())


@pytest.mark.parametrize(
    ("source", "layers"),
    [
        ("try:\n    import nowhere\nexcept ImportError:\n    nowhere = None", ()),
        ("try:\n    import records\nexcept ImportError:\n    records = None", ("models",)),
        ("try:\n    from nowhere import at_all\nexcept ModuleNotFoundError:\n    import json", ()),
        ("try:\n    import nowhere.at_all as n\nexcept (ValueError, ImportError):\n    n = None", ()),
        (
            "try:\n    import nowhere\nexcept b.ImportError:\n    pass\nelse:\n    import nowhere.more",
            (),
        ),
        ("def late():\n    try:\n        import nowhere\n    except ImportError:\n        pass", ()),
        ("from contextlib import suppress\nwith suppress(ImportError):\n    import nowhere", ()),
        ("try:\n    import nowhere\nexcept ImportError:\n    import records", ("models",)),
        ("try:\n    import tomllib\nexcept ImportError:\n    import nowhere as tomllib", ()),
        ("try:\n    import records\nexcept ImportError:\n    import nowhere as records", ("models",)),
        (
            (
                "try:\n    import nowhere\nexcept ImportError:\n    try:\n        import at_all\n"
                "    except ImportError:\n        pass"
            ),
            (),
        ),
        ("try:\n    from handlers import nowhere\nexcept ImportError:\n    pass", ()),
        ("try:\n    from handlers.nowhere import at_all\nexcept ImportError:\n    pass", ()),
        ("import sys\nif sys.version_info < (3, 11):\n    import nowhere", ()),
        (
            "import sys\nif sys.version_info >= (3, 11):\n    import records\nelse:\n    import nowhere",
            ("models",),
        ),
        ("from sys import version_info as v, version_info\nif version_info[0] == 2:\n    import nowhere", ()),
        (
            "import sys\nif sys.version_info.major < 3 or sys.version_info[:2] < (3, 9):\n    import nowhere",
            (),
        ),
        ("import sys\nif not (3, 9) or not sys.version_info > (3, 13):\n    import json", ()),
        (
            (
                "import sys\nfrom typing import TYPE_CHECKING\n"
                "if TYPE_CHECKING or sys.version_info < (3, 13):\n    import nowhere"
            ),
            (),
        ),
        (
            "import typing as t\nif not t.TYPE_CHECKING:\n    import json\nelse:\n    import nowhere",
            (),
        ),
        ("import sys\nif sys.version_info < (3, 9):\n    pass\nelif True:\n    import records", ("models",)),
    ],
)
def test_import_that_may_fail_or_never_runs_needs_no_package(
    root: Path, source: str, layers: tuple[str, ...]
) -> None:
    """An optional package that no layer provides is skipped, and one that a layer provides is used."""
    assert bundle(root, source).layers == layers


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("try:\n    import nowhere\nexcept ValueError:\n    pass", 2),
        ("try:\n    import nowhere\nexcept Exception:\n    pass", 2),
        ("try:\n    import nowhere\nexcept ImportError as e:\n    raise RuntimeError('no') from e", 2),
        ("try:\n    def late():\n        import nowhere\nexcept ImportError:\n    pass", 3),
        ("try:\n    import at_all\nexcept ImportError:\n    import nowhere", 4),
        ("try:\n    import json\nexcept ImportError:\n    pass\nfinally:\n    import nowhere", 6),
        ("try:\n    import nowhere\nexcept ImportError:\n    pass\nimport nowhere", 5),
        ("import nowhere\ntry:\n    import nowhere\nexcept ImportError:\n    pass", 1),
        ("import sys\nif sys.version_info >= (3, 11):\n    import nowhere", 3),
        ("import sys\nif sys.version_info < (3, 13, 2):\n    import nowhere", 3),
        ("import sys\nif sys.platform == 'plan9' and sys.version_info > (3,):\n    import nowhere", 3),
    ],
)
def test_import_that_can_run_needs_its_package(root: Path, source: str, line: int) -> None:
    """The error names the import that no layer provides."""
    with pytest.raises(BundleError) as error:
        bundle(root, source)

    assert str(error.value).startswith(f"{CREATE}:{line}: no layer provides 'nowhere': ")


@pytest.mark.parametrize(
    ("files", "layers"),
    [
        ({"a": {"acme/core.py": ""}, "b": {"acme/extra/__init__.py": ""}}, ("a", "b")),
        ({"a": {"acme/core.py": ""}, "b": {"acme/extra.cpython-313-aarch64-linux-gnu.so": ""}}, ("a", "b")),
        (
            {key: {"acme/__init__.py": "__path__ = extend_path(__path__, __name__)"} for key in "ab"},
            ("a", "b"),
        ),
        ({key: {"acme/__init__.py": ""} for key in "ab"}, ("b",)),
        ({key: {"acme.py": ""} for key in "ab"}, ("b",)),
    ],
)
def test_namespace_package_needs_all_layers_that_have_it(
    root: Path, files: Mapping[str, Mapping[str, str]], layers: tuple[str, ...]
) -> None:
    """A namespace package may have parts in several layers; another package is whole in each."""

    def install(requirements: Path, platform: Platform, python: str, target: Path) -> None:
        write(target, files.get(requirements.stem, {}))

    write(
        root,
        {**dict.fromkeys(LAYERS.values(), ""), CREATE: "import acme\ndef handler(event, context): ...\n"},
    )

    assert function_bundle(HANDLER, root=root, install=install).layers == layers


def test_namespace_package_of_two_layers_can_be_imported(root: Path, tmp_path: Path) -> None:
    """Lambda extracts the layers into one folder, in which the package has the parts of both."""
    parts = {"a": {"acme/core.py": "NAME = 'core'\n"}, "b": {"acme/extra.py": "NAME = 'extra'\n"}}

    def install(requirements: Path, platform: Platform, python: str, target: Path) -> None:
        write(target, parts[requirements.stem])

    write(root, dict.fromkeys(LAYERS.values(), ""))
    layers = [layer_bundle(name, "host", root=root, install=install).path for name in LAYERS]
    opt = unpack(tmp_path / "opt", *layers) / "python"

    assert run_isolated("from acme import core, extra; print(core.NAME, extra.NAME)", opt) == "core extra"


@pytest.mark.parametrize(
    ("source", "place"),
    [("", "handlers/orders/read.py"), ("from . import read", "handlers/orders/read.py:1: ")],
)
def test_missing_init_is_named(root: Path, source: str, place: str) -> None:
    """A folder with modules and without `__init__.py` is reported with the file to create."""
    write(root, {"handlers/orders/read.py": f"{source}\ndef handler(event, context): ...\n"})

    with pytest.raises(BundleError) as error:
        function_bundle("handlers.orders.read:handler", root=root, install=FakeInstall())

    assert str(error.value).partition(": ")[2] == (
        "handlers/orders/__init__.py does not exist: create it, because every folder of handlers/ is a"
        " package"
    )
    assert str(error.value).startswith(place)


def test_optional_module_that_exists_is_in_the_bundle(root: Path) -> None:
    """A first-party module is followed, whether or not its import is optional."""
    made = bundle(root, "try:\n    from handlers.shared import reply\nexcept ImportError:\n    reply = None")

    assert "handlers/shared/reply.py" in names(made.path)
