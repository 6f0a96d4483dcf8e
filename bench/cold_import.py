"""The cold import of a users handler from its bundle, beside the usual packaging of the same job.

    python -m bench.cold_import

The usual one is what `sam build` and `chalice package` make: the packages installed into the function's
folder as they come, not compiled, and a handler that makes its boto3 resource when it is imported.
Every figure is the median of fresh processes that take turns, with a disk cache that is warm for both.
Nothing is written beside the sources, for Lambda's disk is read-only. Exits non-zero where a measurement
fails or a target is missed.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import uv

from components.bundle import BundleError, function_bundle, layer_bundle

ROUNDS = 11
HANDLER = "handlers.users.create:handler"
LARGEST_RATIO = 0.25
LARGEST_MEGABYTES = 6

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
module, *folders = sys.argv[1:]
sys.path[:0] = folders
start = time.perf_counter()
importlib.import_module(module)
imported = time.perf_counter()
import botocore.session
botocore.session.get_session().create_client("dynamodb")
print(json.dumps([imported - start, time.perf_counter() - start]))
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
    """One way to package the job: the module to import, the folders it lies in, and its size in bytes."""

    module: str
    folders: tuple[Path, ...]
    zipped: int

    @property
    def unzipped(self) -> int:
        """The size of its files in bytes."""
        files = (path for folder in self.folders for path in folder.rglob("*") if path.is_file())
        return sum(path.stat().st_size for path in files)


@dataclass(frozen=True)
class Figure:
    """One quantity, measured of both ways."""

    name: str
    unit: str
    ours: float
    usual: float

    @property
    def ratio(self) -> float:
        """Ours as a part of the usual."""
        return self.ours / self.usual

    def __str__(self) -> str:
        return f"{self.name:<42}{self.ours:>9.2f}{self.usual:>10.2f} {self.unit}{self.ratio:>9.3f}"


def ours(folder: Path) -> Package:
    """The handler's bundle and its layers for this machine, as Lambda unpacks them."""
    bundle = function_bundle(HANDLER, platform="host")
    layers = [layer_bundle(name, "host").path for name in bundle.layers]
    task, opt = folder / "task", folder / "opt"
    for archive, target in [(bundle.path, task), *((layer, opt) for layer in layers)]:
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(target)
    sizes = (path.stat().st_size for path in (bundle.path, *layers))
    return Package(bundle.handler.rpartition(".")[0], (task, opt / "python"), sum(sizes))


def usual(folder: Path) -> Package:
    """Everything in one folder.

    Raises:
        CalledProcessError: where the packages cannot be installed.
    """
    command = [uv.find_uv_bin(), "pip", "install", "--target", str(folder), "--python", sys.executable]
    subprocess.run([*command, *USUAL_PACKAGES], check=True, capture_output=True, text=True)  # noqa: S603
    (folder / "create.py").write_text(USUAL_HANDLER)
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
            for path in folder.rglob("*"):
                zipped.write(path, path.relative_to(folder))
        return Package("create", (folder,), file.tell())


def seconds(package: Package) -> tuple[float, float]:
    """In a fresh process: until the handler is imported, and until it has a DynamoDB client too.

    Raises:
        CalledProcessError: where the import fails.
    """
    command = [sys.executable, "-I", "-S", "-B", "-c", _PROBE, package.module, *map(str, package.folders)]
    run = subprocess.run(command, env=_ENVIRONMENT, check=True, capture_output=True, text=True)  # noqa: S603
    imported, ready = json.loads(run.stdout)
    return imported, ready


def measure(a: Package, b: Package) -> list[Figure]:
    """Both side by side."""
    rounds = [(seconds(a), seconds(b)) for _ in range(ROUNDS)]
    imported, ready = (
        [statistics.median(1000 * way[stage] for way in ways) for ways in zip(*rounds, strict=True)]
        for stage in (0, 1)
    )
    return [
        Figure("import", "ms", *imported),
        Figure("import and first DynamoDB client", "ms", *ready),
        Figure("unzipped, with layers", "MB", a.unzipped / 1e6, b.unzipped / 1e6),
        Figure("zipped, with layers", "MB", a.zipped / 1e6, b.zipped / 1e6),
    ]


def main() -> int:
    """Print the figures; 0 where the targets are met."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            figures = measure(ours(Path(folder) / "ours"), usual(Path(folder) / "usual"))
    except BundleError as error:
        print(f"cold_import: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"cold_import: {error}\n{error.stderr}", file=sys.stderr)
        print("The first run installs packages and needs the network.", file=sys.stderr)
        return 1
    print(f"{'cold import: ' + HANDLER:<42}{'ours':>9}{'usual':>10}{'ratio':>12}")
    print(*figures, sep="\n")
    imported, _, unzipped, _ = figures
    return int(imported.ratio > LARGEST_RATIO or unzipped.ours > LARGEST_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
