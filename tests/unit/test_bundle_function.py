"""The zip of a function: its contents, its errors, and the edits that change it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from components.bundle import Bundle, BundleError, function_bundle, layer_bundle
from components.bundle.python import ROOT
from tests.unit.bundle_tree import (
    SOURCES,
    FakeInstall,
    names,
    no_network,
    run_isolated,
    touch_all,
    unpack,
    write,
)

HANDLERS = ("handlers.health.get:handler", "handlers.users.create:handler", "handlers.users.get:handler")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The sample repository."""
    return write(tmp_path / "repository", SOURCES)


def bundle(root: Path, handler: str = "handlers.users.create:handler", files: dict | None = None) -> Bundle:
    """Bundle a handler with sample packages."""
    return function_bundle(handler, files, root=root, install=FakeInstall())


def hashes(root: Path) -> dict[str, str]:
    """Return the hash of each handler's bundle."""
    return {handler: bundle(root, handler).hash for handler in HANDLERS}


def changed(root: Path, path: str, text: str) -> set[str]:
    """Return the handlers whose bundle changes with an edit."""
    before = hashes(root)
    write(root, {path: text})
    return {handler for handler, after in hashes(root).items() if after != before[handler]}


def test_zip_has_the_imported_modules_and_their_bytecode(root: Path) -> None:
    """It has the modules that the handler imports, their packages and the generated files, sorted."""
    expected = [
        "handlers/__init__.py",
        "handlers/__pycache__/__init__.cpython-313.pyc",
        "handlers/openapi/openapi.json",
        "handlers/shared/__init__.py",
        "handlers/shared/__pycache__/__init__.cpython-313.pyc",
        "handlers/shared/__pycache__/reply.cpython-313.pyc",
        "handlers/shared/reply.py",
        "handlers/users/__init__.py",
        "handlers/users/__pycache__/__init__.cpython-313.pyc",
        "handlers/users/__pycache__/create.cpython-313.pyc",
        "handlers/users/__pycache__/storage.cpython-313.pyc",
        "handlers/users/create.py",
        "handlers/users/storage.py",
    ]

    assert names(bundle(root, files={"handlers/openapi/openapi.json": "{}"}).path) == expected


def test_bundle_names_its_handler_and_layers(root: Path) -> None:
    """The handler is dotted, as Lambda expects, and only layers that an imported module needs are named."""
    made = [(made.handler, made.layers) for made in (bundle(root, handler) for handler in HANDLERS)]

    assert made == [
        ("handlers.health.get.handler", ()),
        ("handlers.users.create.handler", ("models",)),
        ("handlers.users.get.handler", ("models",)),
    ]


@pytest.mark.parametrize(
    ("source", "reached"),
    [
        ("import handlers.shared.reply", {"shared/__init__", "shared/reply"}),
        ("from handlers.shared import reply", {"shared/__init__", "shared/reply"}),
        ("from ..shared.reply import ok as fine", {"shared/__init__", "shared/reply"}),
        ("from . import storage as keep", {"users/storage"}),
        ("def late():\n    from .storage import put", {"users/storage"}),
        ("class Late:\n    async def later(self):\n        import handlers.users.storage", {"users/storage"}),
        ("try:\n    import json\nexcept ImportError:\n    from . import storage", {"users/storage"}),
        ("import sys\nif sys.platform == 'plan9':\n    from . import storage", {"users/storage"}),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import storage", set()),
        ("import typing as t\nif t.TYPE_CHECKING:\n    import nowhere", set()),
        (
            "import typing\nif typing.TYPE_CHECKING:\n    import nowhere\nelse:\n    from . import storage",
            {"users/storage"},
        ),
        (
            "from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n    from . import storage",
            {"users/storage"},
        ),
    ],
)
def test_import_statement_that_can_run_is_followed(root: Path, source: str, reached: set[str]) -> None:
    """Absolute, relative, late and conditional imports are followed; those for type checkers are not."""
    write(root, {"handlers/users/create.py": f"{source}\ndef handler(event, context): ...\n"})
    own = {"__init__", "users/__init__", "users/create"}
    sources = [path for path in names(bundle(root).path) if path.endswith(".py")]

    assert sources == sorted(f"handlers/{name}.py" for name in own | reached)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "import importlib\nm = importlib.import_module('json')",
            (
                "handlers/users/create.py:2: an import whose name is computed at run time cannot be"
                " followed: use an import statement, inside a function if it must run late"
            ),
        ),
        (
            "from importlib import import_module as load\nload('json')",
            (
                "handlers/users/create.py:1: an import whose name is computed at run time cannot be"
                " followed: use an import statement, inside a function if it must run late"
            ),
        ),
        (
            "def late():\n    return __import__('json')",
            (
                "handlers/users/create.py:2: an import whose name is computed at run time cannot be"
                " followed: use an import statement, inside a function if it must run late"
            ),
        ),
        (
            "from handlers.users import nowhere",
            (
                "handlers/users/create.py:1: handlers/users/__init__.py has no 'nowhere', and there is no"
                " such module"
            ),
        ),
        (
            "import handlers.nowhere.at_all",
            (
                "handlers/users/create.py:1: no module handlers.nowhere.at_all: neither"
                " handlers/nowhere/at_all.py nor handlers/nowhere/at_all/__init__.py exists"
            ),
        ),
        (
            "from ... import storage\nfrom .... import storage",
            "handlers/users/create.py:1: the relative import goes beyond handlers/",
        ),
        (
            "import json\nimport settings",
            (
                "handlers/users/create.py:2: no layer provides 'settings': add it to a"
                " handlers/layers/*.in file and compile that; the layers provide records"
            ),
        ),
        ("def (", "handlers/users/create.py:1: invalid syntax"),
        ("import json\nreturn", "handlers/users/create.py:2: 'return' outside function"),
        ("\0", "handlers/users/create.py:1: source code string cannot contain null bytes"),
    ],
)
def test_import_that_cannot_be_packaged_is_refused(root: Path, source: str, message: str) -> None:
    """The build fails with file and line instead of the function in Lambda."""
    write(root, {"handlers/users/create.py": f"{source}\ndef handler(event, context): ...\n"})

    with pytest.raises(BundleError) as error:
        bundle(root)

    assert str(error.value) == message


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        (
            "handlers.users.create.handler",
            (
                "handler 'handlers.users.create.handler': expected a module and a function, such as"
                " handlers.users.create:handler"
            ),
        ),
        (
            "local.driver.driver:main",
            (
                "handler 'local.driver.driver:main': expected a module and a function, such as"
                " handlers.users.create:handler"
            ),
        ),
        (
            "handlers.users.crate:handler",
            (
                "handler 'handlers.users.crate:handler': no module handlers.users.crate: neither"
                " handlers/users/crate.py nor handlers/users/crate/__init__.py exists"
            ),
        ),
        (
            "handlers.users.create:handel",
            "handler 'handlers.users.create:handel': handlers/users/create.py has no 'handel'",
        ),
    ],
)
def test_handler_that_does_not_exist_is_refused(root: Path, handler: str, message: str) -> None:
    """A handler names a first-party module and a function in it."""
    with pytest.raises(BundleError) as error:
        bundle(root, handler)

    assert str(error.value) == message


@pytest.mark.parametrize(
    "path", ["handlers/users/create.py", "/etc/passwd", "../up.json", "a//b.json", "./a.json"]
)
def test_generated_file_at_a_bad_path_is_refused(root: Path, path: str) -> None:
    """A generated file can neither replace a module nor be outside of the zip."""
    with pytest.raises(BundleError) as error:
        bundle(root, files={path: "{}"})

    assert str(error.value) == f"file {path!r}: expected a relative path that no module in the zip has"


def test_other_python_is_refused(root: Path) -> None:
    """Bytecode is compiled only by the minor version that runs it."""
    write(root, {".python-version": "3.10\n"})

    with pytest.raises(
        BundleError, match=r"^Python 3\.13 runs the program, but \.python-version requires 3\.10, "
    ):
        bundle(root)


def test_edit_of_a_handler_changes_only_its_bundle(root: Path) -> None:
    """The bundles of other handlers keep their hashes."""
    text = SOURCES["handlers/users/get.py"] + "# edited\n"

    assert changed(root, "handlers/users/get.py", text) == {"handlers.users.get:handler"}


def test_edit_of_a_shared_module_changes_the_bundles_that_import_it(root: Path) -> None:
    """Bundles without the module keep their hashes."""
    text = SOURCES["handlers/shared/reply.py"] + "# edited\n"

    assert changed(root, "handlers/shared/reply.py", text) == {
        "handlers.users.create:handler",
        "handlers.users.get:handler",
    }


def test_edit_of_an_unused_module_changes_no_bundle(root: Path) -> None:
    """A module that is not imported is not in a bundle."""
    assert changed(root, "handlers/users/unused.py", "import nowhere\n") == set()


def test_edit_that_keeps_size_and_time_changes_the_bundle(root: Path) -> None:
    """The build compares contents, so it detects edits within the resolution of file times."""
    storage = root / "handlers/users/storage.py"
    before, times = bundle(root).hash, storage.stat()
    storage.write_text(storage.read_text().replace("NAME", "NAMF"))
    os.utime(storage, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert bundle(root).hash != before


def test_bundle_is_the_same_on_every_machine(root: Path, tmp_path: Path) -> None:
    """Folder, time, time zone, umask, hash seed and optimization level do not affect the bytes."""
    code = (
        "import os, sys; os.umask(int(sys.argv[2], 8))\n"
        "from tests.unit.test_bundle_function import everything\n"
        "print(everything(sys.argv[1]))"
    )
    machines = [
        ("a", "022", {"TZ": "UTC", "PYTHONHASHSEED": "1"}),
        ("deep/b", "077", {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "2", "PYTHONOPTIMIZE": "2"}),
    ]
    outputs: set[str] = set()
    for number, (folder, umask, env) in enumerate(machines):
        copy = shutil.copytree(root, tmp_path / folder)
        touch_all(copy, 10**9 * (number + 1))
        run = subprocess.run(
            [sys.executable, "-c", code, str(copy), umask],
            env={**env, "PYTHONPATH": str(ROOT)},
            cwd=copy,
            capture_output=True,
            text=True,
            check=True,
        )
        outputs.add(run.stdout)

    assert outputs == {f"{everything(str(root))}\n"}


def everything(root: str) -> list[str]:
    """Return the hashes of all bundles and layers of a repository."""
    layer = layer_bundle("models", "host", root=Path(root), install=FakeInstall())
    return [*hashes(Path(root)).values(), layer.hash]


def test_bundle_runs_with_only_its_layers(root: Path, tmp_path: Path) -> None:
    """It needs only its layers and the standard library, and nothing is compiled at run time."""
    made = bundle(root)
    layer = layer_bundle("models", "host", root=root, install=FakeInstall())
    task, opt = unpack(tmp_path / "task", made.path), unpack(tmp_path / "opt", layer.path)
    with (task / "handlers/users/create.py").open("a") as source:
        source.write("# The bytecode is not checked against the source.\n")
    code = (
        "compiled = []\n"
        "sys.addaudithook(lambda event, details: compiled.append(details) if event == 'compile' else None)\n"
        "from handlers.users import create\n"
        "print(create.handler({}, None), create.handler.__code__.co_filename, compiled)"
    )

    assert run_isolated(code, task, opt / "python") == f"records {task}/handlers/users/create.py []"


def test_unchanged_bundle_is_reused(root: Path) -> None:
    """The second run returns the same file without writing it or using a package index."""
    before = [(made.path, made.path.stat().st_mtime_ns) for made in (bundle(root, name) for name in HANDLERS)]
    again = [function_bundle(name, root=root, install=no_network) for name in HANDLERS]

    assert [(made.path, made.path.stat().st_mtime_ns) for made in again] == before


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 half", None])
def test_damaged_cache_is_rebuilt(root: Path, damage: bytes | None) -> None:
    """Truncated, empty or missing files in the cache are written again with the same bytes."""
    before = bundle(root)
    content = before.path.read_bytes()
    for path in (root / ".local").rglob("*"):
        if path.is_file() and damage is None:
            path.unlink()
        elif path.is_file():
            path.write_bytes(damage or b"")

    assert (bundle(root), before.path.read_bytes()) == (before, content)


def test_truncated_cache_file_is_repaired(root: Path) -> None:
    """The next run returns the same bundle, whichever file of the cache is truncated."""
    before = bundle(root)
    files = [path for path in (root / ".local").rglob("*") if path.is_file()]
    after: list[Bundle] = []
    for path in files:
        path.write_bytes(path.read_bytes()[:-1])
        after.append(bundle(root))

    assert after == [before] * len(files)


def test_concurrent_builds_return_the_same_bundle(root: Path) -> None:
    """Concurrent builds into one cache leave no temporary files."""
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(partial(bundle, root), ["handlers.users.create:handler"] * 24))
    drafts = [path for path in (root / ".local").rglob("*.*") if path.is_file() and path.suffix[1:].isdigit()]

    assert (len(made), drafts) == (1, [])
