"""The zip of a layer: its contents, its cache, and its errors."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest
from botocore.loaders import Loader
from botocore.regions import EndpointResolver

from components.bundle import BundleError, Platform, function_bundle, layer_bundle
from components.bundle.python import ROOT
from components.bundle.sdk import slim
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


def site_packages(requirements: Path, platform: Platform, python: str, target: Path) -> None:
    """Installer that copies the SDK of this environment."""
    for line in requirements.read_text().split():
        distribution = importlib.metadata.distribution(line.partition("==")[0])
        for file in distribution.files or []:
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), target / file)


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


def test_sdk_keeps_the_newest_model_of_named_services_without_prose() -> None:
    """Other services, older versions, examples and prose are removed; a member named documentation is not."""
    model = {
        "metadata": {"endpointPrefix": "states"},
        "documentation": "<p>prose</p>",
        "shapes": {"Page": {"members": {"documentation": {"shape": "Text", "documentation": "prose"}}}},
    }
    services = {"states": {"endpoints": {}}, "sqs": {"endpoints": {}}}
    files = {
        "botocore/session.py": b"",
        "botocore/data/partitions.json": b"{ }",
        "botocore/data/endpoints.json": json.dumps({"partitions": [{"services": services}]}).encode(),
        "botocore/data/stepfunctions/2016-11-23/service-2.json": json.dumps(model).encode(),
        "botocore/data/stepfunctions/2016-11-23/waiters-2.json": b'{ "version": 2 }',
        "botocore/data/stepfunctions/2016-11-23/examples-1.json": b"{}",
        "botocore/data/stepfunctions/2010-01-01/service-2.json": b"{}",
        "botocore/data/sqs/2012-11-05/service-2.json": b"{}",
    }
    bare = (
        b'{"metadata":{"endpointPrefix":"states"},"documentation":"",'
        b'"shapes":{"Page":{"members":{"documentation":{"shape":"Text","documentation":""}}}}}'
    )

    assert slim(files, {"stepfunctions": "handlers/a.py:1"}) == {
        "botocore/session.py": b"",
        "botocore/data/partitions.json": b"{ }",
        "botocore/data/endpoints.json": b'{"partitions":[{"services":{"states":{"endpoints":{}}}}]}',
        "botocore/data/stepfunctions/2016-11-23/service-2.json": bare,
        "botocore/data/stepfunctions/2016-11-23/waiters-2.json": b'{"version":2}',
    }


def test_sdk_in_a_layer_makes_working_clients(root: Path, tmp_path: Path) -> None:
    """The slimmed and compiled SDK has the operations and endpoints of the named services."""
    storage = """\
def client(service):
    return session.create_client(service)

client("dynamodb")
session.create_client("events")
"""
    write(
        root,
        {SDK: "botocore==1\njmespath==1\npython-dateutil==2\nsix==1\nurllib3==2\n", STORAGE: storage},
    )
    layer = layer_bundle("aws", "host", root=root, install=site_packages)
    opt = unpack(tmp_path / "opt", layer.path) / "python"
    code = """
import json, botocore.session
session = botocore.session.get_session()
clients = [session.create_client(name) for name in session.get_available_services()]
print(json.dumps([
    [[c.meta.service_model.service_name, c.meta.endpoint_url, c.meta.service_model.operation_names]
     for c in clients],
    session.create_client("dynamodb").can_paginate("query"),
]))
"""
    data = Loader()
    expected = [
        [service, f"https://{service}.eu-central-1.amazonaws.com", [*model["operations"]]]
        for service in ("dynamodb", "events")
        for model in [data.load_service_model(service, "service-2")]
    ]

    assert json.loads(run_isolated(code, opt)) == [expected, True]
    assert sum(path.stat().st_size for path in opt.rglob("*") if path.is_file()) < 6_000_000


def test_endpoints_of_kept_services_are_those_of_the_full_sdk() -> None:
    """A kept service has the endpoint of the full data in every region of every partition."""
    folder = Path(Loader.BUILTIN_DATA_PATH)
    paths = [folder / "endpoints.json", *folder.glob("dynamodb/*/*")]
    files = {f"botocore/data/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in paths}
    slimmed = slim(files, {"dynamodb": "handlers/a.py:1"})["botocore/data/endpoints.json"]
    full, ours = (
        EndpointResolver(json.loads(content)) for content in (files["botocore/data/endpoints.json"], slimmed)
    )
    regions = [
        region
        for partition in json.loads(slimmed)["partitions"]
        for region in [*partition["regions"], f"{partition['partition']}-global"]
    ]

    assert [ours.construct_endpoint("dynamodb", region) for region in regions] == [
        full.construct_endpoint("dynamodb", region) for region in regions
    ]


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
