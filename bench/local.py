"""How fast the platform on this machine is, beside the bare emulator doing the same."""

from __future__ import annotations

import io
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import requests
from rich.console import Console

from bench.table import Figure, figure, show
from local.commands.watch import Loop
from local.deployment import people
from local.deployment.deployment import Deployment
from local.machine.ports import free_port
from provider.cloud import Cloud
from tests.checkout import copy

HANDLER = "handlers/health/read.py"
ROUNDS = 5
CLIENTS = 8
REQUESTS = 400

BARE = """
def handler(event, context):
    print({answer!r})
    return {{"statusCode": 200, "body": {answer!r}}}
"""


@dataclass
class Bare:
    """One function of three lines behind an HTTP API on the same emulator: the floor."""

    cloud: Cloud
    url: str = ""

    def __post_init__(self) -> None:
        functions, gateway = self.cloud.client("lambda"), self.cloud.client("apigatewayv2")
        role = self.cloud.client("iam").create_role(RoleName="bench", AssumeRolePolicyDocument="{}")
        arn = functions.create_function(
            FunctionName="bench",
            Runtime="python3.13",
            Handler="main.handler",
            Role=role["Role"]["Arn"],
            Code={"ZipFile": _zipped("first")},
        )["FunctionArn"]
        api = gateway.create_api(Name="bench", ProtocolType="HTTP")["ApiId"]
        integration = gateway.create_integration(
            ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
        )["IntegrationId"]
        gateway.create_route(ApiId=api, RouteKey="GET /bare", Target=f"integrations/{integration}")
        gateway.create_stage(ApiId=api, StageName="bench", AutoDeploy=True)
        self.url = f"{self.cloud.endpoint}/_aws/execute-api/{api}/bench/bare"

    def edit(self, answer: str) -> None:
        """Change what it answers."""
        self.cloud.client("lambda").update_function_code(FunctionName="bench", ZipFile=_zipped(answer))


def main() -> None:
    """Bring a copy of the platform up and measure it."""
    with tempfile.TemporaryDirectory() as folder:
        root = copy(Path(folder) / "strata")
        deployment = Deployment(root, root / ".local")
        ports = free_port(), free_port()
        up = partial(deployment.up, _unsaid, _unsaid, *ports)
        try:
            first = _timed(up)
            unchanged = [_timed(up) for _ in range(ROUNDS)]
            show(
                "up (the emulator runs, IAM is enforced, tokens are checked)",
                [
                    figure("again, with nothing changed", unchanged, [first], "the first one, from nothing"),
                    *_warm_start(deployment, up),
                ],
            )
            url = f"http://localhost:{ports[0]}/api"
            bare = Bare(deployment.emulator.cloud)
            show("a handler's edit, until the new answer", [_edit(deployment, url, bare)])
            show(f"answers, {CLIENTS} clients", _answers(deployment, url, bare))
        finally:
            deployment.reset()


def _warm_start(deployment: Deployment, up: Callable[[], Any]) -> list[Figure]:
    """From a stopped platform to the first answer that took a token."""
    whole: list[float] = []
    emulator: list[float] = []
    for _ in range(ROUNDS):
        deployment.down()
        emulator.append(_timed(deployment.emulator.start))
        deployment.down()
        started = time.perf_counter()
        url = up().url
        token = people.token(deployment.emulator.cloud, deployment.outputs)
        _get(f"{url}/api/users", token)
        whole.append(time.perf_counter() - started)
    return [figure("warm start to the first authenticated answer", whole, emulator, "the emulator's start")]


def _edit(deployment: Deployment, url: str, bare: Bare) -> Figure:
    """A saved file under the loop of `make dev`, beside one call that replaces a bare function's code."""
    said = io.StringIO()
    loop = Loop(deployment, Console(file=said, width=500))
    thread = threading.Thread(target=loop.run)
    thread.start()
    path = deployment.root / HANDLER
    text = path.read_text()
    ours: list[float] = []
    floor: list[float] = []
    try:
        _warm_up(path, text, said)
        for number in range(ROUNDS + 1):
            mark = f"edit-{number}"
            started = time.perf_counter()
            path.write_text(text.replace("variable(", f'"{mark}" + variable('))
            _until(lambda mark=mark: mark in requests.get(f"{url}/health", timeout=30).text, said)
            ours.append(time.perf_counter() - started)
            started = time.perf_counter()
            bare.edit(mark)
            _until(lambda mark=mark: mark in requests.get(bare.url, timeout=30).text, said)
            floor.append(time.perf_counter() - started)
    finally:
        loop.stop.set()
        thread.join()
    return figure("save to new answer", ours[1:], floor[1:], "UpdateFunctionCode of a bare function")


def _warm_up(path: Path, text: str, said: io.StringIO) -> None:
    """Save until the loop has seen it: watching begins when it may."""
    deadline = time.monotonic() + 30
    while "live after" not in said.getvalue():
        if time.monotonic() > deadline:
            raise TimeoutError(f"no save was seen; the loop said:\n{said.getvalue()}")
        path.write_text(text + "\n")
        time.sleep(1.0)
        path.write_text(text)
        time.sleep(1.0)


def _answers(deployment: Deployment, url: str, bare: Bare) -> list[Figure]:
    token = people.token(deployment.emulator.cloud, deployment.outputs)
    user = requests.post(
        f"{url}/users", json={"email": "bench@example.com", "name": "B"}, headers=_bearer(token), timeout=30
    ).json()
    floor = _rate(lambda session: session.get(bare.url, timeout=30))
    rates = {
        "GET /health": _rate(lambda session: session.get(f"{url}/health", timeout=30)),
        "GET /users/{userId}": _rate(
            lambda session: session.get(f"{url}/users/{user['id']}", headers=_bearer(token), timeout=30)
        ),
    }
    return [
        Figure(name, rate, floor, "a bare function, no front door", "req/s") for name, rate in rates.items()
    ]


def _rate(send: Callable[[requests.Session], requests.Response]) -> float:
    """Requests a second by several clients at once."""

    def client(_: int) -> None:
        with requests.Session() as session:
            for _ in range(REQUESTS // CLIENTS):
                send(session).raise_for_status()

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))  # The first round starts the workers.
        started = time.perf_counter()
        list(pool.map(client, range(CLIENTS)))
        return REQUESTS / (time.perf_counter() - started)


def _get(url: str, token: str) -> None:
    requests.get(url, headers=_bearer(token), timeout=30).raise_for_status()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _until(condition: Callable[[], bool], said: io.StringIO) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the edit never became live; the loop said:\n{said.getvalue()}")


def _unsaid(_: object) -> None:
    """What `up` would tell a person."""


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _zipped(answer: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr("main.py", BARE.format(answer=answer))
    return buffer.getvalue()


if __name__ == "__main__":
    main()
