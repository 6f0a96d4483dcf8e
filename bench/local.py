"""The speed of the platform on this machine, beside the bare emulator."""

from __future__ import annotations

import io
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import requests
from rich.console import Console

from bench.deployed import RUNTIME, deployment, ignore, zipped
from bench.options import Options
from bench.table import Figure, figure, seconds, show
from local.commands.watch import Loop
from local.deployment import people
from local.deployment.deployment import Deployment
from local.machine.ports import free_port
from provider.cloud import Cloud
from shell.command import run

HANDLER = "handlers/health/read.py"
ROUNDS = 5
CLIENTS = 8
REQUESTS = 400
DEADLINE_SECONDS = 30.0

BARE = """
def handler(event, context):
    print({body!r})
    return {{"statusCode": 200, "body": {body!r}}}
"""


@dataclass
class Bare:
    """The floor: a function of three lines behind an HTTP API on the same emulator."""

    cloud: Cloud
    url: str = ""

    def __post_init__(self) -> None:
        functions, gateway = self.cloud.client("lambda"), self.cloud.client("apigatewayv2")
        role = self.cloud.client("iam").create_role(RoleName="bench", AssumeRolePolicyDocument="{}")
        arn = functions.create_function(
            FunctionName="bench",
            Runtime=RUNTIME,
            Handler="main.handler",
            Role=role["Role"]["Arn"],
            Code={"ZipFile": _code("first")},
        )["FunctionArn"]
        api = gateway.create_api(Name="bench", ProtocolType="HTTP")["ApiId"]
        integration = gateway.create_integration(
            ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
        )["IntegrationId"]
        gateway.create_route(ApiId=api, RouteKey="GET /bare", Target=f"integrations/{integration}")
        gateway.create_stage(ApiId=api, StageName="bench", AutoDeploy=True)
        self.url = f"{self.cloud.endpoint}/_aws/execute-api/{api}/bench/bare"

    def edit(self, body: str) -> None:
        """Change the body that the function returns."""
        self.cloud.client("lambda").update_function_code(FunctionName="bench", ZipFile=_code(body))


def main(options: Options) -> int:
    """Deploy a copy of the platform and measure it."""
    rounds = options.count(ROUNDS)
    with deployment() as deployed:
        ports = free_port(), free_port()
        up = partial(deployed.up, ignore, ignore, *ports)
        first = seconds(up)
        unchanged = [seconds(up) for _ in range(rounds)]
        show(
            "make up (the emulator runs, IAM is enforced, tokens are verified)",
            [
                figure("again, with nothing changed", unchanged, [first], "the first run, from nothing"),
                _warm_start(deployed, up, rounds),
            ],
            as_json=options.json,
        )
        url = f"http://localhost:{ports[0]}/api"
        bare = Bare(deployed.emulator.cloud)
        show("Editing a handler under make dev", [_edit(deployed, url, bare, rounds)], as_json=options.json)
        show(
            f"Requests from {CLIENTS} clients",
            _throughput(deployed, url, bare, options.count(REQUESTS, 2 * CLIENTS)),
            as_json=options.json,
        )
    return 0


def _warm_start(deployment: Deployment, up: Callable[[], Any], rounds: int) -> Figure:
    """Measure from a stopped platform to the first response to a request with a token."""
    whole: list[float] = []
    emulator: list[float] = []
    for _ in range(rounds):
        deployment.down()
        emulator.append(seconds(deployment.emulator.start))
        deployment.down()
        started = time.perf_counter()
        url = up().url
        token = people.token(deployment.emulator.cloud, deployment.outputs)
        _get(f"{url}/api/users", token)
        whole.append(time.perf_counter() - started)
    return figure("warm start to the first authenticated response", whole, emulator, "the emulator's start")


def _edit(deployment: Deployment, url: str, bare: Bare, rounds: int) -> Figure:
    """Measure from a saved file to its effect, beside one call that replaces a bare function's code."""
    log = io.StringIO()
    loop = Loop(deployment, Console(file=log, width=500))
    thread = threading.Thread(target=loop.run)
    thread.start()
    path = deployment.root / HANDLER
    text = path.read_text()
    ours: list[float] = []
    floor: list[float] = []
    try:
        _warm_up(path, text, log)
        for number in range(rounds + 1):
            mark = f"edit-{number}"
            started = time.perf_counter()
            path.write_text(text.replace("variable(", f'"{mark}" + variable('))
            _until(lambda mark=mark: mark in requests.get(f"{url}/health", timeout=30).text, log)
            ours.append(time.perf_counter() - started)
            started = time.perf_counter()
            bare.edit(mark)
            _until(lambda mark=mark: mark in requests.get(bare.url, timeout=30).text, log)
            floor.append(time.perf_counter() - started)
    finally:
        loop.stop.set()
        thread.join()
    return figure("save to new response", ours[1:], floor[1:], "UpdateFunctionCode of a bare function")


def _warm_up(path: Path, text: str, log: io.StringIO) -> None:
    """Save until the loop has seen it: the loop does not report when it starts to watch."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while "live after" not in log.getvalue():
        if time.monotonic() > deadline:
            raise TimeoutError(f"no save was seen; the loop's output:\n{log.getvalue()}")
        path.write_text(text + "\n")
        time.sleep(1.0)
        path.write_text(text)
        time.sleep(1.0)


def _throughput(deployment: Deployment, url: str, bare: Bare, count: int) -> list[Figure]:
    token = people.token(deployment.emulator.cloud, deployment.outputs)
    user = requests.post(
        f"{url}/users", json={"email": "bench@example.com", "name": "B"}, headers=_bearer(token), timeout=30
    ).json()
    floor = _rate(lambda session: session.get(bare.url, timeout=30), count)
    rates = {
        "GET /health": _rate(lambda session: session.get(f"{url}/health", timeout=30), count),
        "GET /users/{userId}": _rate(
            lambda session: session.get(f"{url}/users/{user['id']}", headers=_bearer(token), timeout=30),
            count,
        ),
    }
    return [
        Figure(name, rate, floor, "a bare function, without the front door", "req/s")
        for name, rate in rates.items()
    ]


def _rate(send: Callable[[requests.Session], requests.Response], count: int) -> float:
    """Return the requests per second of several concurrent clients."""

    def client(_: int) -> None:
        with requests.Session() as session:
            for _ in range(count // CLIENTS):
                send(session).raise_for_status()

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))  # The first round starts the workers.
        return count / seconds(lambda: list(pool.map(client, range(CLIENTS))))


def _get(url: str, token: str) -> None:
    requests.get(url, headers=_bearer(token), timeout=30).raise_for_status()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _until(condition: Callable[[], bool], log: io.StringIO) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the edit did not take effect; the loop's output:\n{log.getvalue()}")


def _code(body: str) -> bytes:
    return zipped(BARE.format(body=body))


if __name__ == "__main__":
    run(lambda: main(Options.parse(sys.argv[1:])))
