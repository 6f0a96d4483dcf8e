"""The emulator's life: started, found, stopped, killed, and its data with it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.emulator.emulator import Emulator, Origin
from local.machine.errors import LocalError
from local.machine.ports import free_port, is_taken
from local.machine.processes import Daemon, Process, start_time


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator that does not run yet, in a folder with a space in its name."""
    emulator = Emulator(tmp_path / "my cloud")
    yield emulator
    emulator.reset()


def keep(emulator: Emulator, value: str) -> None:
    """Store an object in S3 and a parameter in SSM, and note both in the record of resources."""
    s3 = emulator.cloud.client("s3")
    s3.create_bucket(Bucket="kept")
    s3.put_object(Bucket="kept", Key="value", Body=value.encode())
    ssm = emulator.cloud.client("ssm")
    ssm.put_parameter(Name="value", Value=value, Type="String", Overwrite=True)
    emulator.checkpoint.state.write_text(value)


def kept(emulator: Emulator) -> tuple[str, str, str]:
    body = emulator.cloud.client("s3").get_object(Bucket="kept", Key="value")["Body"].read().decode()
    parameter = emulator.cloud.client("ssm").get_parameter(Name="value")["Parameter"]["Value"]
    return body, parameter, emulator.checkpoint.state.read_text()


def kill(emulator: Emulator, number: signal.Signals = signal.SIGKILL) -> None:
    """End the emulator from outside, as the system or a person would."""
    process = emulator.process
    assert process is not None
    os.kill(process.pid, number)
    deadline = time.monotonic() + 10
    while process.alive and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not process.alive


def test_start_when_running_finds_it(emulator: Emulator) -> None:
    """A second start changes nothing and tells so."""
    origins = [emulator.start(free_port())]
    first = emulator.process
    origins.append(emulator.start())

    assert (origins, emulator.process) == ([Origin.NEW, Origin.RUNNING], first)


def test_stop_keeps_data_record_and_port(emulator: Emulator) -> None:
    """After a stop and a start, data and record are as they were, at the same address."""
    emulator.start(free_port())
    before = emulator.cloud.endpoint
    keep(emulator, "first")
    emulator.stop()

    assert emulator.process is None
    assert emulator.start() is Origin.RESTORED
    assert (kept(emulator), emulator.cloud.endpoint) == (("first",) * 3, before)


def test_killed_emulator_goes_back_to_the_last_stop(emulator: Emulator) -> None:
    """Data and record made after the last stop are lost together, never one without the other."""
    emulator.start(free_port())
    keep(emulator, "first")
    emulator.stop()
    emulator.start()
    keep(emulator, "second")
    kill(emulator)

    assert emulator.process is None
    assert emulator.start() is Origin.REWOUND
    assert kept(emulator) == ("first",) * 3


def test_emulator_killed_before_its_first_stop_starts_empty(emulator: Emulator) -> None:
    """Without a checkpoint neither data nor record are left."""
    emulator.start(free_port())
    keep(emulator, "first")
    kill(emulator)

    assert emulator.start() is Origin.LOST
    assert emulator.cloud.client("s3").list_buckets()["Buckets"] == []
    assert not emulator.checkpoint.state.exists()


def test_emulator_ended_by_the_system_keeps_all(emulator: Emulator) -> None:
    """When the machine shuts down it gets SIGTERM from the system: nothing is lost."""
    emulator.start(free_port())
    keep(emulator, "first")
    kill(emulator, signal.SIGTERM)

    assert emulator.start() is Origin.RESTORED
    assert kept(emulator) == ("first",) * 3


def test_hung_emulator_is_replaced(tmp_path: Path) -> None:
    """One that runs and does not answer is ended, and its place taken."""
    emulator = Emulator(tmp_path, stop_seconds=0.2)
    emulator.start(free_port())
    hung = emulator.process
    assert hung is not None
    os.kill(hung.pid, signal.SIGSTOP)

    assert emulator.start() is Origin.LOST
    assert (hung.alive, emulator.process is not None) == (False, True)
    emulator.reset()


def test_port_taken_by_another_is_named_with_the_way_out(emulator: Emulator) -> None:
    """A stranger on the port stops the start before anything is touched."""
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        with pytest.raises(LocalError) as caught:
            emulator.start(port)

    assert str(caught.value) == (
        f"another program listens on 127.0.0.1:{port}, where the emulator is to start: "
        "stop it, or choose another port with CLOUD_PORT="
    )
    assert not emulator.directory.exists()


def test_remembered_port_taken_loses_no_data(emulator: Emulator) -> None:
    """When a stranger has taken the old port, another one serves the same data."""
    emulator.start(free_port())
    keep(emulator, "first")
    emulator.stop()
    port = emulator.daemon.port
    assert port is not None
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(LocalError, match=f"another program listens on 127.0.0.1:{port}"):
            emulator.start()
        emulator.start(free_port())

    assert kept(emulator) == ("first",) * 3


def test_running_emulator_refuses_to_move(emulator: Emulator) -> None:
    """Another port cannot be chosen while it runs: resources carry its address."""
    port, other = free_port(), free_port()
    emulator.start(port)
    with pytest.raises(LocalError) as caught:
        emulator.start(other)

    assert str(caught.value) == (
        f"the emulator runs on port {port} and cannot move to {other} while it does: make down first"
    )


def test_cloud_of_a_stopped_emulator_is_an_error(emulator: Emulator) -> None:
    """Nobody gets a cloud that would not answer."""
    with pytest.raises(LocalError, match=r"^the emulator does not run: start it with make up$"):
        _ = emulator.cloud


def test_emulator_listens_on_this_machine_alone(emulator: Emulator) -> None:
    """It is bound to 127.0.0.1 and to no address that another machine could reach."""
    emulator.start(free_port())
    process = emulator.process
    assert process is not None
    other = "127.0.0.2"  # loopback too, yet another address: bound to all of them, it would answer
    with socket.socket() as probe:
        probe.settimeout(2)
        refused = probe.connect_ex((other, process.port)) != 0

    assert (is_taken(process.port), refused) == (True, True)


def test_emulator_knows_nothing_of_the_persons_aws(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person's credentials, profile and home stay outside its environment."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
        monkeypatch.setenv(name, "the-persons-own")
    environment = emulator._environment(4566)

    assert "the-persons-own" not in environment.values()
    assert Path(environment["HOME"]).is_relative_to(emulator.directory)


def test_scratch_of_an_earlier_run_is_removed(emulator: Emulator) -> None:
    """The folders that Lambda workers leave behind do not pile up."""
    emulator.start(free_port())
    left = emulator.directory / "tmp" / "ministack-lambda-left"
    left.mkdir()
    emulator.stop()
    emulator.start()

    assert not left.exists()


def test_process_that_dies_while_starting_shows_its_log(tmp_path: Path) -> None:
    """The end of the log stands in the error, so that nobody has to look for it."""
    daemon = Daemon("thing", tmp_path)
    script = "print('cannot open the box', flush=True); raise SystemExit(1)"
    daemon.start([sys.executable, "-c", script], {"PATH": os.defpath}, 1)
    with pytest.raises(LocalError) as caught:
        daemon.wait_until(lambda: False, 10)

    assert str(caught.value) == "the thing died while starting. The end of its log:\ncannot open the box"


def test_process_that_never_answers_is_given_up_and_ended(tmp_path: Path) -> None:
    """The wait has a bound, and nothing is left running after it."""
    daemon = Daemon("thing", tmp_path)
    process = daemon.start([sys.executable, "-c", "import time; time.sleep(60)"], {"PATH": os.defpath}, 1)
    with pytest.raises(LocalError, match=r"^the thing did not answer within 0\.3 s"):
        daemon.wait_until(lambda: False, 0.3)

    assert not process.alive


def test_recycled_process_id_is_never_signalled(tmp_path: Path) -> None:
    """A record whose process id now belongs to a stranger counts as stopped, and the stranger lives on."""
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        daemon = Daemon("thing", tmp_path)
        old = Process(stranger.pid, "an earlier start", 1, 0.0)
        (tmp_path / "thing.json").write_text(json.dumps(vars(old)))
        found = daemon.process
        old.signal(signal.SIGKILL)
        daemon.stop(grace=0)
        time.sleep(0.1)

        assert (found, stranger.poll(), daemon.port) == (None, None, 1)
    finally:
        stranger.kill()
        stranger.wait()


def test_start_time_tells_processes_apart() -> None:
    """A process that runs has one, always the same; one that is gone has none."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    running = [start_time(child.pid), start_time(child.pid)]
    child.communicate(b"\n")

    assert running[0] is not None
    assert running == [running[0]] * 2
    assert start_time(child.pid) is None


@pytest.mark.parametrize(
    ("record", "port"),
    [('{"pid": 12', None), ('{"pid": 1}', None), ("[]", None), ('{"port": "x"}', None), ('{"port": 7}', 7)],
)
def test_broken_record_counts_as_stopped(tmp_path: Path, record: str, port: int | None) -> None:
    """A record that a crash or a person broke is no reason to fail."""
    (tmp_path / "thing.json").write_text(record)

    assert (Daemon("thing", tmp_path).process, Daemon("thing", tmp_path).port) == (None, port)


def test_process_that_outlives_its_starter_leaves_no_warning(tmp_path: Path) -> None:
    """A command that ends while what it started runs on prints nothing of that."""
    script = (
        "import os, sys; from pathlib import Path; from local.machine.processes import Daemon\n"
        "sleep = [sys.executable, '-c', 'import time; time.sleep(60)']\n"
        "Daemon('thing', Path(sys.argv[1])).start(sleep, {'PATH': os.defpath}, 1)"
    )
    command = [sys.executable, "-W", "always", "-c", script, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    outlives = Daemon("thing", tmp_path).process is not None
    Daemon("thing", tmp_path).stop(grace=0)

    assert (outlives, done.stdout, done.stderr) == (True, "", "")
