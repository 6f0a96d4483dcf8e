"""The SDK in a layer: what is left out, and that the rest works."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
from pathlib import Path

import pytest
from botocore.loaders import Loader
from botocore.regions import EndpointResolver

from components.bundle import Platform, layer_bundle
from components.bundle.sdk import REPLACED, slim
from tests.unit.bundle_tree import SOURCES, run_isolated, unpack, write

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


def test_sdk_keeps_the_newest_model_of_named_services_without_prose() -> None:
    """Other services, older versions, examples and prose are removed; a member named documentation is not."""
    model = {
        "metadata": {"endpointPrefix": "states"},
        "documentation": "<p>prose</p>",
        "shapes": {"Page": {"members": {"documentation": {"shape": "Text", "documentation": "prose"}}}},
    }
    services: dict[str, dict[str, dict[str, str]]] = {"states": {"endpoints": {}}, "sqs": {"endpoints": {}}}
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


def test_code_that_only_writes_documentation_is_left_out() -> None:
    """Modules that every client imports are replaced; the one that botocore's event handlers use is kept."""
    needed = ("botocore/docs/utils.py", "urllib3/http2/connection.py")
    files = {
        **dict.fromkeys((*REPLACED, *needed), b"original"),
        "botocore/docs/service.py": b"original",
        "botocore/docs/bcdoc/style.py": b"original",
        "botocore/data/endpoints.json": b'{"partitions":[]}',
    }

    assert slim(files, {}) == {
        **REPLACED,
        **dict.fromkeys(needed, b"original"),
        "botocore/data/endpoints.json": b'{"partitions":[]}',
    }


@pytest.mark.parametrize("path", REPLACED)
def test_replaced_module_exists_in_the_sdk(path: str) -> None:
    """A version of the SDK that moves the module would import all of its code again."""
    package = importlib.metadata.distribution(path.partition("/")[0])

    assert path in {str(file) for file in package.files or []}


def test_sdk_in_a_layer_makes_working_clients(root: Path, tmp_path: Path) -> None:
    """The slimmed and compiled SDK has the operations and endpoints of the named services, and calls them."""
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
import io, json, botocore.awsrequest, botocore.session

class Body(io.BytesIO):
    def stream(self, **options):
        yield self.read()

def respond(request, **options):
    assert request.headers["Authorization"].startswith(b"AWS4-HMAC-SHA256 ")
    return botocore.awsrequest.AWSResponse(request.url, 200, {}, Body(b'{"TableNames": ["users"]}'))

session = botocore.session.get_session()
clients = [session.create_client(name) for name in session.get_available_services()]
database = clients[0]
database.meta.events.register("before-send", respond)
print(json.dumps([
    [[c.meta.service_model.service_name, c.meta.endpoint_url, c.meta.service_model.operation_names]
     for c in clients],
    database.can_paginate("query"),
    database.get_waiter("table_exists").name,
    database.list_tables()["TableNames"],
    [page["TableNames"] for page in database.get_paginator("list_tables").paginate()],
    [name for name in ("botocore.docs.service", "importlib.metadata") if name in sys.modules],
]))
"""
    data = Loader()
    expected = [
        [service, f"https://{service}.eu-central-1.amazonaws.com", [*model["operations"]]]
        for service in ("dynamodb", "events")
        for model in [data.load_service_model(service, "service-2")]
    ]

    assert json.loads(run_isolated(code, opt)) == [expected, True, "TableExists", ["users"], [["users"]], []]
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
