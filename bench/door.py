"""The front door beside the emulator without it, and a call of the CloudFront Function of `/api/*`."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from bench.bare_function import BareFunction
from bench.load import CLIENTS, rate
from bench.options import Options
from bench.table import Figure, seconds, show
from local.emulator.emulator import Emulator
from local.front_door.functions import EdgeFunction
from local.front_door.process import FrontDoor
from local.machine.ports import free_port
from provider.cloud import Cloud
from shell.command import run
from tests.unit.front_door.distribution import READ, behavior, cached_behavior, config, origin

REQUESTS = 800
CALLS = 2000
AIM_MS = 1.0
"""The greatest median of a call of the function."""

BUCKET = "bench"
FILE = "assets/app.js"
OTHER = "other/app.js"

FUNCTION = Path(__file__).parents[1] / "edge" / "api.js"
"""The function that moves the access token of a cookie to `Authorization`."""


@dataclass(frozen=True)
class Served:
    """A distribution with a function behind an API and a file.

    Attributes:
        cloud: the emulator without the front door.
        door: the address of the front door.
        bare: the function behind the API.
    """

    cloud: Cloud
    door: str
    bare: BareFunction


def main(options: Options) -> int:
    """Measure requests through the front door and calls of the function; return 1 if a call is too slow."""
    with _served() as served:
        rates = _rates(served, options.count(REQUESTS, 2 * CLIENTS))
    show(f"The front door with {CLIENTS} clients", rates, as_json=options.json)
    call = _call(options.count(CALLS, 20))
    show("A CloudFront Function", [call], as_json=options.json)
    return 0 if options.quick or call.ours <= AIM_MS else 1


def _rates(served: Served, count: int) -> list[Figure]:
    path = urlsplit(served.bare.url).path.partition("/bench/")[2]
    pairs = {
        "a function": (f"{served.door}/bench/{path}", served.bare.url),
        "a cached file": (f"{served.door}/{FILE}", _signed(served.cloud, FILE)),
        "a file that is not cached": (f"{served.door}/{OTHER}", _signed(served.cloud, OTHER)),
    }
    return [
        Figure(name, _rate(ours, count), _rate(other, count), "the emulator without it", "req/s")
        for name, (ours, other) in pairs.items()
    ]


def _signed(cloud: Cloud, key: str) -> str:
    parameters = {"Bucket": BUCKET, "Key": key}
    return cloud.client("s3").generate_presigned_url("get_object", Params=parameters)


def _rate(url: str, count: int) -> float:
    return rate(lambda session: session.get(url, timeout=30), count)


def _call(count: int) -> Figure:
    """Measure a call of the function that handles cookies, with as many headers as a browser sends."""
    function = EdgeFunction(FUNCTION.read_text(), dict[str, str]().get)
    headers = {f"header-{number}": {"value": "x" * 40} for number in range(12)}
    headers["sec-fetch-site"] = {"value": "same-origin"}
    request = {"method": "GET", "uri": "/api/me", "querystring": {}, "headers": headers}
    request["cookies"] = {"__Host-access": {"value": "t" * 1000}, "__Host-session": {"value": "s" * 43}}
    event: dict[str, Any] = {"version": "1.0", "context": {}, "viewer": {}, "request": request}
    if "authorization" not in function.run(event)["headers"]:
        raise RuntimeError(f"{FUNCTION}: expected that it moves the token into Authorization")
    calls = [seconds(lambda: function.run(event)) for _ in range(count)]
    return Figure("a call of edge/api.js, median", median(calls) * 1000, AIM_MS, "the aim")


@contextmanager
def _served() -> Generator[Served]:
    """Yield a distribution on a new emulator, and remove both afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        directory, port = Path(folder), free_port()
        outputs = directory / "outputs.json"
        emulator, door = Emulator(directory), FrontDoor(directory, outputs)
        emulator.start(free_port())
        try:
            bare = BareFunction(emulator.cloud)
            outputs.write_text(json.dumps({"distributionId": _distribution(emulator.cloud, bare.url)}))
            door.start(port)
            yield Served(emulator.cloud, f"http://localhost:{port}", bare)
        finally:
            door.stop()
            emulator.reset()


def _distribution(cloud: Cloud, url: str) -> str:
    """Create a bucket and a distribution that reads it; return the distribution's id."""
    storage, cloudfront = cloud.client("s3"), cloud.client("cloudfront")
    storage.create_bucket(Bucket=BUCKET)
    for key in (FILE, OTHER):
        options = {"ContentType": "text/javascript", "CacheControl": "max-age=60"}
        storage.put_object(Bucket=BUCKET, Key=key, Body=b"x" * 20_000, **options)
    created = cloudfront.create_distribution(DistributionConfig=_config(cloud, url))["Distribution"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": created["ARN"]}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    storage.put_bucket_policy(Bucket=BUCKET, Policy=policy)
    return created["Id"]


def _config(cloud: Cloud, url: str) -> dict[str, Any]:
    """Return a distribution with the API at a URL, a cached folder of the bucket, and the rest uncached."""
    access = {
        "Name": BUCKET,
        "SigningProtocol": "sigv4",
        "SigningBehavior": "always",
        "OriginAccessControlOriginType": "s3",
    }
    control = cloud.client("cloudfront").create_origin_access_control(OriginAccessControlConfig=access)
    api = url.partition("/_aws/execute-api/")[2].partition("/")[0]
    bucket = f"{BUCKET}.s3.{cloud.region}.amazonaws.com"
    return config(
        [
            origin("api", f"{api}.execute-api.{cloud.region}.amazonaws.com"),
            origin("app", bucket, OriginAccessControlId=control["OriginAccessControl"]["Id"]),
        ],
        [
            behavior("api", "/bench/*"),
            cached_behavior("app", "/assets/*"),
            behavior("app", methods=READ),
        ],
    )


if __name__ == "__main__":
    run(lambda: main(Options.parse(sys.argv[1:])))
