"""The commands, with real processes on free ports; a small program stands in for the platform's own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from local.commands.cli import INTERRUPTED, STOPPED, main
from local.deployment.deployment import Deployment
from local.driver.changes import Change, Result
from local.driver.state import Resource
from local.machine.errors import LocalError
from local.machine.ports import free_port, is_taken
from local.machine.processes import Process
from provider.cloud import Cloud

URN = "urn:pulumi:local::strata::aws:s3/bucket:Bucket::things"


class Stage(BaseHTTPRequestHandler):
    """The API's stage: healthy, and nothing else."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/stage/api/health" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Say nothing."""


@dataclass
class Program:
    """Deploys one bucket, as the driver would: made once, and on record."""

    api_url: str
    trouble: Callable[[], None] = lambda: None
    urls: list[Any] = field(default_factory=list)

    def __call__(
        self,
        root: Path,
        cloud: Cloud,
        state: Path,
        overrides: Mapping[str, Any],
        report: Callable[[Change], None],
    ) -> Result:
        self.urls.append(overrides["strata:url"])
        self.trouble()
        change = Change(URN, "same" if state.exists() else "create", 0.5, ())
        if change.kind == "create":
            cloud.client("s3").create_bucket(Bucket="things")
            state.write_text('{"version": 1}')
        report(change)
        return Result({"apiUrl": self.api_url, "nested": {"a": [1]}}, [change], 0.5)


def nobody(cloud: Cloud, outputs: Mapping[str, Any]) -> list[str]:
    """Seed no people: the program has no user pool."""
    return []


@pytest.fixture(scope="module")
def api_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stage)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/stage/api"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def program(api_url: str) -> Program:
    return Program(api_url)


@pytest.fixture
def deployment(tmp_path: Path, program: Program) -> Iterator[Deployment]:
    """A platform that does not run yet."""
    deployment = Deployment(tmp_path, tmp_path / ".local", apply=program, seed=nobody)
    yield deployment
    deployment.reset()


@dataclass
class Ports:
    door: int = field(default_factory=free_port)
    cloud: int = field(default_factory=free_port)

    @property
    def options(self) -> list[str]:
        return ["--port", str(self.door), "--cloud-port", str(self.cloud)]


@pytest.fixture
def ports() -> Ports:
    return Ports()


def health(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/health")
        return connection.getresponse().status
    finally:
        connection.close()


def running(deployment: Deployment) -> tuple[Process | None, Process | None]:
    return deployment.emulator.process, deployment.door.process


def kill(process: Process | None) -> None:
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    while process.alive:
        time.sleep(0.01)


def test_up_makes_everything_run(
    deployment: Deployment, ports: Ports, program: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    """It returns once the API answers at the front door, with the outputs on file and a summary printed."""
    code = main(["up", *ports.options], deployment)
    printed = capsys.readouterr().out.splitlines()

    assert (code, health(ports.door)) == (0, 200)
    assert json.loads(deployment.outputs_file.read_text()) == {
        "apiUrl": program.api_url,
        "nested": {"a": [1]},
    }
    assert program.urls == [f"http://localhost:{ports.door}"]
    assert printed[0] == "  create   things  aws:s3/bucket:Bucket  0.5 s"
    assert [line.split("  ")[0] for line in printed[1:] if not line.startswith(" ")] == [
        "resources", "front door", "API", "people", "took", "next",
    ]  # fmt: skip
    assert printed[1].split() == ["resources", "1", "created,", "0", "unchanged"]


def test_second_up_touches_nothing(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says that nothing changed, uses the same ports without being told, and starts no process anew."""
    main(["up", *ports.options], deployment)
    before = running(deployment)
    capsys.readouterr()
    code = main(["up"], deployment)

    assert (code, running(deployment)) == (0, before)
    assert capsys.readouterr().out.splitlines()[0].split(maxsplit=1) == [
        "resources",
        "no change (1 resources)",
    ]


def test_port_taken_starts_nothing(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another program on the front door's port is one clear line, and nothing runs after it."""
    with socket.create_server(("127.0.0.1", ports.door)):
        code = main(["up", *ports.options], deployment)

    assert (code, running(deployment)) == (1, (None, None))
    assert capsys.readouterr().err == (
        f"error: another program listens on 127.0.0.1:{ports.door}; choose another port with PORT=\n"
    )


def test_cloud_port_taken_starts_nothing(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another program on the emulator's port is one clear line, and nothing runs after it."""
    with socket.create_server(("127.0.0.1", ports.cloud)):
        code = main(["up", *ports.options], deployment)

    assert (code, running(deployment)) == (1, (None, None))
    assert capsys.readouterr().err == (
        f"error: another program listens on 127.0.0.1:{ports.cloud}, where the emulator is to start: "
        "stop it, or choose another port with CLOUD_PORT=\n"
    )


def test_up_on_another_port_moves_the_front_door(deployment: Deployment, ports: Ports) -> None:
    """The old port is given up, the emulator stays, and the new port is kept from then on."""
    main(["up", *ports.options], deployment)
    emulator, _ = running(deployment)
    other = free_port()
    main(["up", "--port", str(other)], deployment)
    main(["up"], deployment)

    assert (is_taken(ports.door), health(other), running(deployment)[0]) == (False, 200, emulator)


def test_up_while_another_is_at_work_is_refused(
    deployment: Deployment, program: Program, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two at a time would undo each other: the second one names the first and ends."""
    applying, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        applying.set()
        go_on.wait(20)

    program.trouble = wait
    first = threading.Thread(target=lambda: main(["up", *ports.options], deployment))
    first.start()
    applying.wait(20)
    code = main(["up"], deployment)
    refused = capsys.readouterr().err
    go_on.set()
    first.join()

    assert (code, refused) == (
        1,
        f"error: make up (process {os.getpid()}) is at work here: wait until it has finished\n",
    )
    assert health(ports.door) == 200


def test_program_that_fails_is_one_message_and_no_obstacle(
    deployment: Deployment, program: Program, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """The driver's error is printed as it is, and the next up goes on from there."""

    def fail() -> None:
        raise LocalError("users: the table is cursed")

    program.trouble = fail
    code = main(["up", *ports.options], deployment)
    error = capsys.readouterr().err
    program.trouble = lambda: None

    assert (code, error) == (1, "error: users: the table is cursed\n")
    assert main(["up"], deployment) == 0


def test_interrupt_leaves_a_state_to_go_on_from(
    deployment: Deployment, program: Program, ports: Ports
) -> None:
    """Ctrl-C ends the command and nothing else; the next up completes what it began."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    program.trouble = interrupt
    code = main(["up", *ports.options], deployment)
    program.trouble = lambda: None

    assert code == INTERRUPTED
    assert main(["up"], deployment) == 0


def test_emulator_that_dies_while_applying_is_named(
    deployment: Deployment, program: Program, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not the failed connection is told but its cause, and the next up is a working platform."""

    def die() -> None:
        kill(deployment.emulator.process)
        raise ConnectionError("nothing there")

    program.trouble = die
    code = main(["up", *ports.options], deployment)
    error = capsys.readouterr().err.splitlines()[0]
    program.trouble = lambda: None

    assert (code, error) == (
        1,
        "error: the emulator died: make up starts it again. The end of its log:",
    )
    assert (main(["up"], deployment), health(ports.door)) == (0, 200)


def test_killed_processes_are_started_again(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """After kill -9 of both, up says what was lost, makes everything anew and works."""
    main(["up", *ports.options], deployment)
    for process in running(deployment):
        kill(process)
    capsys.readouterr()
    code = main(["up"], deployment)
    printed = capsys.readouterr().out.splitlines()

    assert (code, health(ports.door)) == (0, 200)
    assert printed[:2] == [
        "the emulator had been killed before it ever saved: it starts empty and all is created again",
        "  create   things  aws:s3/bucket:Bucket  0.5 s",
    ]


def test_down_keeps_the_data(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """After down nothing runs; up finds the resources and has nothing to create."""
    main(["up", *ports.options], deployment)
    capsys.readouterr()
    down = main(["down"], deployment)
    stopped = running(deployment)
    main(["up"], deployment)
    printed = capsys.readouterr().out.splitlines()

    assert (down, stopped) == (0, (None, None))
    assert printed[0] == "stopped; make up goes on with the same data"
    assert printed[1].split(maxsplit=1) == ["resources", "no change (1 resources)"]
    buckets = deployment.emulator.cloud.client("s3").list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in buckets] == ["things"]


def test_down_when_nothing_runs_says_so(deployment: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    """It is no error to stop what has stopped."""
    assert (main(["down"], deployment), capsys.readouterr().out) == (0, "nothing was running\n")


def test_reset_leaves_the_cache_alone(deployment: Deployment, ports: Ports) -> None:
    """Data, state, logs and ports go; the bundles, which cost the network, stay."""
    main(["up", *ports.options], deployment)
    (deployment.directory / "bundles").mkdir()
    main(["reset"], deployment)

    assert running(deployment) == (None, None)
    assert sorted(path.name for path in deployment.directory.iterdir()) == ["bundles", "lock"]


def test_status_tells_by_its_exit_code(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 when everything runs and was deployed, else 3; each part is named with its address."""
    codes = [main(["status"], deployment)]
    deployment.emulator.start(ports.cloud)
    codes.append(main(["status"], deployment))
    deployment.door.start(ports.door)
    codes.append(main(["status"], deployment))
    deployment.outputs_file.write_text("{}")
    capsys.readouterr()
    codes.append(main(["status"], deployment))
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())

    assert codes == [STOPPED, STOPPED, STOPPED, 0]
    assert rows["emulator"].split()[0] == f"http://localhost:{ports.cloud}"
    assert rows["front"].split()[:2] == ["door", f"http://localhost:{ports.door}"]


@pytest.mark.parametrize("command", [["logs"], ["token"]])
def test_command_that_needs_the_emulator_says_so(
    deployment: Deployment, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    """Without it the answer is one line with the way out."""
    assert main(command, deployment) == 1
    assert capsys.readouterr().err == "error: the emulator does not run: start it with make up\n"


def test_token_before_anything_is_deployed_says_so(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """A running emulator alone has nobody who could sign in."""
    deployment.emulator.start(ports.cloud)

    assert main(["token"], deployment) == 1
    assert capsys.readouterr().err == "error: nothing is deployed yet: run make up\n"


@pytest.mark.parametrize("outputs", ["{", "[]"])
def test_broken_outputs_are_told_by_name(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str], outputs: str
) -> None:
    """The file is named with the way to get another."""
    deployment.emulator.start(ports.cloud)
    deployment.outputs_file.write_text(outputs)

    assert main(["token"], deployment) == 1
    assert capsys.readouterr().err == f"error: {deployment.outputs_file}: cannot be read: run make up\n"


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ("{", "cannot be read"),
        (
            json.dumps({"version": 1, "pending": {URN: vars(Resource("a:b/c:D", "things", "", {}, {}))}}),
            "0, 1 begun and not finished",
        ),
    ],
)
def test_status_of_a_run_that_was_cut_off_is_not_0(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str], record: str, told: str
) -> None:
    """Although all processes run, what is left to do is named."""
    main(["up", *ports.options], deployment)
    deployment.state.write_text(record)
    capsys.readouterr()
    code = main(["status"], deployment)
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())

    assert (code, rows["resources"], rows["next"]) == (STOPPED, told, "make up")


def test_one_port_for_both_is_refused_whoever_remembers_it(
    deployment: Deployment, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given twice, or given once and remembered for the other: nothing is moved."""
    twice = main(["up", "--port", str(ports.door), "--cloud-port", str(ports.door)], deployment)
    main(["up", *ports.options], deployment)
    before = running(deployment)
    codes = [twice, main(["up", "--port", str(ports.cloud)], deployment)]
    codes.append(main(["up", "--cloud-port", str(ports.door)], deployment))

    assert (codes, running(deployment)) == ([1, 1, 1], before)
    assert capsys.readouterr().err.splitlines() == [
        f"error: PORT and CLOUD_PORT are both {port}: expected two ports"
        for port in (ports.door, ports.cloud, ports.door)
    ]


@pytest.mark.parametrize("minutes", ["-1", "9999999", "soon"])
def test_minutes_out_of_bounds_are_refused(capsys: pytest.CaptureFixture[str], minutes: str) -> None:
    """The message names the option, the value and what was expected."""
    with pytest.raises(SystemExit) as caught:
        main(["logs", f"--minutes={minutes}"])

    assert caught.value.code == 2
    expected = f"argument --minutes: '{minutes}': expected a number between 0 and 527040"
    assert capsys.readouterr().err.splitlines()[-1].endswith(expected)


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_port_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], port: str) -> None:
    """The message names the option, the value and what was expected."""
    with pytest.raises(SystemExit) as caught:
        main(["up", f"--port={port}"])

    assert caught.value.code == 2
    expected = f"argument --port: '{port}': expected a port between 1 and 65535"
    assert capsys.readouterr().err.splitlines()[-1].endswith(expected)


def test_command_runs_from_any_folder(tmp_path: Path) -> None:
    """The repository is found by where the code stands, not by where the person does."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-m", "local", "status"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode in {0, STOPPED}, done.stderr, list(tmp_path.iterdir())) == (True, "", [])
