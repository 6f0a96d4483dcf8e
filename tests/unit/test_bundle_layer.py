"""The zip of a layer: its contents, its cache, and its errors."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import os
import zipfile
from pathlib import Path

import pytest

from components.bundle import BundleError, Platform, function_bundle, layer_bundle
from components.bundle.python import ROOT, bytecode
from components.bundle.wheels import uv_install
from tests.unit.bundle_tree import (
    RECORDS,
    SOURCES,
    FakeInstall,
    names,
    no_network,
    run_isolated,
    unpack,
    write,
)

STORAGE = "handlers/users/storage.py"
SDK = "handlers/layers/aws.txt"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The sample repository."""
    return write(tmp_path / "repository", SOURCES)


def test_layer_has_only_bytecode_data_and_metadata(root: Path) -> None:
    """Sources are compiled in place; type stubs, scripts and installers' records are left out."""
    layer = layer_bundle("models", "lambda", root=root, install=FakeInstall())

    assert names(layer.path) == [
        "python/records-1.0.dist-info/METADATA",
        "python/records/__init__.pyc",
        "python/records/parse.pyc",
        "python/records/words.json",
    ]


@pytest.mark.parametrize("text", ["print 'Python 2'\n", "{{ cookiecutter.name }} = 1\n", "\0", "(" * 300])
def test_source_that_does_not_compile_is_kept(root: Path, text: str) -> None:
    """A package may have templates and code for other versions; only an import of them fails, as with pip."""
    install = FakeInstall({**RECORDS, "records/template.py": text})
    layer = layer_bundle("models", "lambda", root=root, install=install)
    with zipfile.ZipFile(layer.path) as zipped:
        kept = zipped.read("python/records/template.py").decode()

    assert (kept, "python/records/parse.pyc" in names(layer.path)) == (text, True)


def test_zip_does_not_depend_on_the_machine(root: Path) -> None:
    """Every entry is stored uncompressed, with the same date, mode and system."""
    layer = layer_bundle("models", "lambda", root=root, install=FakeInstall())
    with zipfile.ZipFile(layer.path) as zipped:
        facts = {
            (entry.date_time, oct(entry.external_attr >> 16), entry.create_system, entry.compress_type)
            for entry in zipped.infolist()
        }

    assert facts == {((1980, 1, 1, 0, 0, 0), "0o100644", 3, zipfile.ZIP_STORED)}


def test_hash_is_that_of_the_file(root: Path) -> None:
    """The hash of a layer is that of its file."""
    layer = layer_bundle("models", "host", root=root, install=FakeInstall())

    assert layer.hash == hashlib.sha256(layer.path.read_bytes()).hexdigest()


def test_layer_is_built_once_for_its_requirements_and_platform(root: Path) -> None:
    """A changed handler does not install packages again; another platform or another pin does."""
    install = FakeInstall()
    layer_bundle("models", "host", root=root, install=install)
    layer_bundle("models", "lambda", root=root, install=install)
    write(root, {STORAGE: SOURCES[STORAGE] + "\n\ndef other(session):\n    session.create_client('sqs')\n"})
    layer_bundle("models", "host", root=root, install=no_network)
    function_bundle("handlers.users.create:handler", root=root, install=no_network)
    write(root, {"handlers/layers/models.txt": "records==1.1 --hash=sha256:00\n"})
    layer_bundle("models", "host", root=root, install=install)

    assert install.calls == [
        ("models.txt", "host", "3.13"),
        ("models.txt", "lambda", "3.13"),
        ("models.txt", "host", "3.13"),
    ]


def test_function_without_packages_builds_no_layer(root: Path) -> None:
    """A handler that imports only the standard library needs no package."""
    made = function_bundle("handlers.health.get:handler", root=root, install=no_network)

    assert made.layers == ()


def test_function_needs_the_layers_that_provide_its_imports(root: Path) -> None:
    """A layer provides the modules, packages and extension modules at its top level."""
    extra = {"fast.cpython-313-aarch64-linux-gnu.so": "", "six.py": "", "words-2.dist-info/METADATA": ""}
    write(root, {"handlers/layers/zoo.txt": "zoo==1\n", STORAGE: "import six\nimport fast\ndef put(): ...\n"})

    def install(requirements: Path, platform: Platform, python: str, target: Path) -> None:
        write(target, extra if requirements.name == "zoo.txt" else RECORDS)

    handlers = ("handlers.users.create:handler", "handlers.users.get:handler")
    layers = [function_bundle(handler, root=root, install=install).layers for handler in handlers]

    assert layers == [("zoo",), ("models",)]


def test_unknown_layer_is_refused(root: Path) -> None:
    """A layer has a requirements file."""
    with pytest.raises(BundleError) as error:
        layer_bundle("nowhere", "host", root=root, install=no_network)

    assert str(error.value) == "no layer 'nowhere': handlers/layers/nowhere.txt does not exist"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            "session.create_client('dynamodbx')",
            "handlers/users/storage.py:2: botocore has no service 'dynamodbx'",
        ),
        (
            "session.create_client(name)",
            (
                "handlers/users/storage.py:2: a layer has only the services that handlers name: pass the"
                " service as a literal first argument, here or to a function `client` that creates the client"
            ),
        ),
    ],
)
def test_client_of_an_unknown_service_is_refused(root: Path, call: str, message: str) -> None:
    """The build fails for a client that would have no service model in Lambda."""
    write(root, {SDK: "botocore==1\n", STORAGE: f"def put(session, name):\n    {call}\n"})
    data = {"botocore/__init__.py": "", "botocore/data/endpoints.json": '{"partitions": []}'}

    with pytest.raises(BundleError) as error:
        layer_bundle("aws", "host", root=root, install=FakeInstall(data))

    assert str(error.value) == message


def test_layers_without_the_sdk_keep_docstrings_and_assertions(root: Path, tmp_path: Path) -> None:
    """Only the SDK's code is known to work without them."""
    source = "'Read records.'\ntry:\n    assert False\nexcept AssertionError:\n    print(__doc__)\n"
    install = FakeInstall({"records/__init__.py": source})
    layer = layer_bundle("models", "host", root=root, install=install)

    assert run_isolated("import records", unpack(tmp_path, layer.path) / "python") == "Read records."


def test_bytecode_does_not_depend_on_the_process() -> None:
    """A process that shares the module's constants writes the same bytecode as a fresh one."""
    site = Path(str(importlib.metadata.distribution("botocore").locate_file("")))
    source = site / "botocore/session.py"
    code = (
        f"sys.path.append({str(ROOT)!r}); import hashlib, pathlib\n"
        "from components.bundle.python import bytecode\n"
        f"content = pathlib.Path({str(source)!r}).read_bytes()\n"
        "print(hashlib.sha256(bytecode(content, 'source.py')).hexdigest())"
    )

    ours = hashlib.sha256(bytecode(source.read_bytes(), "source.py")).hexdigest()
    assert run_isolated(code, site) == ours


def make_wheel(folder: Path, name: str) -> str:
    """Create a wheel with one module, and return the requirement that pins it."""
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": b"NAME = 'wheel'\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()},"
        for path, content in files.items()
    ]
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel, "w") as zipped:
        for path, content in files.items():
            zipped.writestr(path, content)
        zipped.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,", ""]))
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder in which uv finds wheels, without network and with an empty cache."""
    settings = {"UV_OFFLINE": "1", "UV_CACHE_DIR": "cache", "UV_FIND_LINKS": "wheels", "UV_NO_CONFIG": "1"}
    for name, value in settings.items():
        monkeypatch.setenv(name, str(tmp_path / value) if value.islower() else value)
    (tmp_path / "wheels").mkdir()
    return tmp_path / "wheels"


@pytest.mark.parametrize("platform", ["host", "lambda"])
def test_uv_installs_pinned_wheels(root: Path, tmp_path: Path, offline: Path, platform: Platform) -> None:
    """A layer that the real installer builds can be imported."""
    write(root, {"handlers/layers/models.txt": make_wheel(offline, "records")})
    layer = layer_bundle("models", platform, root=root)
    opt = unpack(tmp_path / "opt", layer.path) / "python"

    assert run_isolated("import records; print(records.NAME)", opt) == "wheel"


def test_wheels_come_from_where_pip_is_configured_to_find_them(
    root: Path, tmp_path: Path, offline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings of pip reach uv, but those of another folder for the packages do not apply."""
    write(root, {"handlers/layers/models.txt": make_wheel(offline, "records")})
    file = tmp_path / "pip.conf"
    file.write_text(f"[global]\nfind-links = {offline}\ntarget = /elsewhere\n")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("UV_FIND_LINKS")
    with pytest.raises(BundleError, match="records"):
        layer_bundle("models", "host", root=root)

    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    opt = unpack(tmp_path / "opt", layer_bundle("models", "host", root=root).path) / "python"

    assert run_isolated("import records; print(records.NAME)", opt) == "wheel"


@pytest.mark.parametrize(
    ("pin", "reason"),
    [
        ("records==1.0 --hash=sha256:" + "0" * 64, "Hash mismatch"),
        ("records==1.0", "must have a hash"),
        ("nowhere==1.0 --hash=sha256:" + "0" * 64, "nowhere"),
    ],
)
def test_failed_installation_reports_uv_s_output_and_a_remedy(
    root: Path, offline: Path, pin: str, reason: str
) -> None:
    """The error has the layer, the command, uv's output and the remedy."""
    make_wheel(offline, "records")
    write(root, {"handlers/layers/models.txt": f"{pin}\n"})

    with pytest.raises(BundleError) as error:
        layer_bundle("models", "lambda", root=root, install=uv_install)
    first, tried, output, *_, remedy = str(error.value).splitlines()

    assert (
        first
        == f"the layer of {root}/handlers/layers/models.txt for the platform 'lambda' cannot be installed."
    )
    assert (tried.startswith("Tried: "), output.startswith("uv reported: ")) == (True, True)
    assert reason in str(error.value)
    assert remedy.startswith("Building a layer needs the package index: check the network")


def test_no_build_needs_pulumi() -> None:
    """The bundler can be imported without Pulumi."""
    code = (
        f"sys.path.append({str(ROOT)!r}); sys.modules['pulumi'] = None; import components.bundle; print('ok')"
    )
    site = Path(str(importlib.metadata.distribution("uv").locate_file("")))

    assert run_isolated(code, site) == "ok"
