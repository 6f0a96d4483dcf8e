"""The cold import of a users handler from its bundle, beside the usual packaging of the same handler.

The usual package is what `sam build` and `chalice package` produce: the dependencies are installed into the
function's folder without being compiled, and the handler creates its boto3 resource at import time, so that
its first client is part of its import. Every figure is the median of fresh processes that alternate, with a
warm disk cache for both; times are CPU times, because only those can be compared on a busy machine. No
process writes bytecode, because Lambda's file system is read-only. The benchmark fails if a measurement fails
or misses its target: the time until the handler has a client, and the size.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import uv

from bench.options import Options
from bench.table import Figure, figure, show
from components.bundle import BundleError, function_bundle, layer_bundle
from shell.command import run

ROUNDS = 11
HANDLER = "handlers.users.create:handler"
CLIENT = "from handlers.kit.dynamodb import client; client()"
LARGEST_RATIO = 0.2
LARGEST_MEGABYTES = 6
USUAL = "the usual package"

USUAL_PACKAGES = (
    "boto3==1.43.106",
    "botocore==1.43.106",
    "pydantic==2.14.3",
    "aws-lambda-powertools==3.37.0",
)
USUAL_HANDLER = """\
import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel

app = APIGatewayHttpResolver()
logger = Logger()
users = boto3.resource("dynamodb").Table("users")


class User(BaseModel):
    email: str
    name: str


@app.post("/users")
def create() -> dict:
    user = User.model_validate(app.current_event.json_body)
    users.put_item(Item=user.model_dump())
    return user.model_dump()


def handler(event, context):
    return app.resolve(event, context)
"""

_PROBE = """\
import importlib, json, sys, time
module, client, *folders = sys.argv[1:]
sys.path[:0] = folders
start = time.process_time()
importlib.import_module(module)
imported = time.process_time()
exec(client)
print(json.dumps([imported - start, time.process_time() - start]))
"""
_ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "users",
}


@dataclass(frozen=True)
class Package:
    """A deployment package.

    Attributes:
        module: the module to import.
        client: the code that creates the handler's DynamoDB client after the import.
        folders: the folders to import from.
        zipped: the size of the archives in bytes.
    """

    module: str
    client: str
    folders: tuple[Path, ...]
    zipped: int

    @property
    def unzipped(self) -> int:
        """The size of the files in bytes."""
        files = (path for folder in self.folders for path in folder.rglob("*") if path.is_file())
        return sum(path.stat().st_size for path in files)


def ours(folder: Path) -> Package:
    """Unpack the handler's bundle and its layers, built for this machine, as Lambda does."""
    bundle = function_bundle(HANDLER, platform="host")
    layers = [layer_bundle(name, "host").path for name in bundle.layers]
    task, opt = folder / "task", folder / "opt"
    for archive, target in [(bundle.path, task), *((layer, opt) for layer in layers)]:
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(target)
    sizes = (path.stat().st_size for path in (bundle.path, *layers))
    return Package(bundle.handler.rpartition(".")[0], CLIENT, (task, opt / "python"), sum(sizes))


def usual(folder: Path) -> Package:
    """Install the usual package into one folder.

    Raises:
        CalledProcessError: the dependencies cannot be installed.
    """
    command = [uv.find_uv_bin(), "pip", "install", "--target", str(folder), "--python", sys.executable]
    subprocess.run([*command, *USUAL_PACKAGES], check=True, capture_output=True, text=True)  # noqa: S603
    (folder / "create.py").write_text(USUAL_HANDLER)
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
            for path in folder.rglob("*"):
                zipped.write(path, path.relative_to(folder))
        return Package("create", "pass", (folder,), file.seek(0, os.SEEK_END))


def import_seconds(package: Package) -> tuple[float, float]:
    """Return the CPU seconds of a fresh process until the handler is imported, and until it has its client.

    Raises:
        CalledProcessError: the import fails.
    """
    command = [sys.executable, "-I", "-S", "-B", "-c", _PROBE, package.module, package.client]
    command += map(str, package.folders)
    run = subprocess.run(command, env=_ENVIRONMENT, check=True, capture_output=True, text=True)  # noqa: S603
    imported, ready = json.loads(run.stdout)
    return imported, ready


def measure(a: Package, b: Package, rounds: int) -> list[Figure]:
    """Compare two packages."""
    pairs = [(import_seconds(a), import_seconds(b)) for _ in range(rounds)]
    (imported, imported_usual), (ready, ready_usual) = (
        [[way[stage] for way in ways] for ways in zip(*pairs, strict=True)] for stage in (0, 1)
    )
    return [
        figure("import", imported, imported_usual, USUAL),
        figure("import and first DynamoDB client", ready, ready_usual, USUAL),
        Figure("unzipped, with layers", a.unzipped / 1e6, b.unzipped / 1e6, USUAL, "MB"),
        Figure("zipped, with layers", a.zipped / 1e6, b.zipped / 1e6, USUAL, "MB"),
    ]


def main(options: Options) -> int:
    """Print the figures; return 1 if a target is missed."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            figures = measure(
                ours(Path(folder) / "ours"), usual(Path(folder) / "usual"), options.count(ROUNDS)
            )
    except BundleError as error:
        print(f"cold import: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"cold import: {error}\n{error.stderr}", file=sys.stderr)
        print("The first run installs packages and needs the network.", file=sys.stderr)
        return 1
    show(f"Cold import of {HANDLER}", figures, as_json=options.json)
    _, ready, unzipped, _ = figures
    is_slow = ready.ratio > LARGEST_RATIO and not options.quick
    return int(is_slow or unzipped.ours > LARGEST_MEGABYTES)


if __name__ == "__main__":
    run(lambda: main(Options.parse(sys.argv[1:])))
