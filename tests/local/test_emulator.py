"""Starts, stops and crashes of the emulator, and its data."""

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

from local.emulator.emulator import Emulator, StartData
from local.machine.errors import LocalError
from local.machine.files import remove
from local.machine.ports import free_port, is_taken
from local.machine.processes import Daemon, Process, start_time


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator that is not started, in a folder with a space in its name."""
    emulator = Emulator(tmp_path / "my cloud")
    yield emulator
    emulator.reset()


def keep(emulator: Emulator, value: str) -> None:
    """Store a value in S3, in SSM and in the driver's state."""
    s3 = emulator.cloud.client("s3")
    s3.create_bucket(Bucket="kept")
    s3.put_object(Bucket="kept", Key="value", Body=value.encode())
    ssm = emulator.cloud.client("ssm")
    ssm.put_parameter(Name="value", Value=value, Type="String", Overwrite=True)
    emulator.checkpoint.state.write_text(json.dumps({"value": value}))


def kept(emulator: Emulator) -> tuple[str, str, str]:
    """Return the value in S3, in SSM and in the driver's state."""
    body = emulator.cloud.client("s3").get_object(Bucket="kept", Key="value")["Body"].read().decode()
    parameter = emulator.cloud.client("ssm").get_parameter(Name="value")["Parameter"]["Value"]
    return body, parameter, json.loads(emulator.checkpoint.state.read_text())["value"]


def kill(emulator: Emulator, number: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to the emulator and wait for its end."""
    process = emulator.process
    assert process is not None
    os.kill(process.pid, number)
    deadline = time.monotonic() + 10
    while process.alive and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not process.alive


def test_second_start_keeps_the_process(emulator: Emulator) -> None:
    """A second start changes nothing and returns RUNNING."""
    results = [emulator.start(free_port())]
    first = emulator.process
    results.append(emulator.start())

    assert (results, emulator.process) == ([StartData.EMPTY, StartData.RUNNING], first)


def test_stop_keeps_data_state_and_port(emulator: Emulator) -> None:
    """After a stop and a start, data, state and address are unchanged."""
    emulator.start(free_port())
    before = emulator.cloud.endpoint
    keep(emulator, "first")
    emulator.stop()

    assert emulator.process is None
    assert emulator.start() is StartData.RESTORED
    assert (kept(emulator), emulator.cloud.endpoint) == (("first",) * 3, before)


def test_killed_emulator_restores_the_last_save(emulator: Emulator) -> None:
    """Changes of data and state since the last save are lost together, and the user is notified."""
    emulator.start(free_port())
    keep(emulator, "first")
    emulator.save()
    kill(emulator)
    notices: list[str] = []

    assert emulator.process is None
    assert emulator.start(notify=notices.append) is StartData.ROLLED_BACK
    assert kept(emulator) == ("first",) * 3
    assert [text.partition(" has ")[0] for text in notices] == ["the emulator"]


def test_emulator_killed_before_its_first_save_starts_empty(emulator: Emulator) -> None:
    """Without a saved state, data and state are empty, and the user is notified."""
    emulator.start(free_port())
    keep(emulator, "first")
    kill(emulator)
    remove(emulator.checkpoint.saved)
    notices: list[str] = []

    assert emulator.start(notify=notices.append) is StartData.LOST
    assert notices == ["the emulator was killed before it saved anything: all resources are created again"]
    assert emulator.cloud.client("s3").list_buckets()["Buckets"] == []
    assert not emulator.checkpoint.state.exists()


def test_emulator_terminated_by_the_system_keeps_its_data(emulator: Emulator) -> None:
    """SIGTERM, which the system sends at shutdown, loses no data."""
    emulator.start(free_port())
    keep(emulator, "first")
    kill(emulator, signal.SIGTERM)

    assert emulator.start() is StartData.RESTORED
    assert kept(emulator) == ("first",) * 3


def test_hung_emulator_is_replaced(tmp_path: Path) -> None:
    """An emulator that does not respond is killed and started again."""
    emulator = Emulator(tmp_path, stop_seconds=0.2)
    emulator.start(free_port())
    hung = emulator.process
    assert hung is not None
    os.kill(hung.pid, signal.SIGSTOP)

    assert emulator.start() is StartData.LOST
    assert (hung.alive, emulator.process is not None) == (False, True)
    emulator.reset()


def test_taken_port_is_an_error(emulator: Emulator) -> None:
    """If another program listens on the port, the start fails and creates no file."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(LocalError) as caught:
            emulator.start(port)

    assert str(caught.value) == (
        f"the emulator's port {port} is in use by another program: "
        "stop that program, or choose another port with CLOUD_PORT="
    )
    assert not emulator.directory.exists()


def test_taken_remembered_port_loses_no_data(emulator: Emulator) -> None:
    """If another program has taken the last port, a start on another port has the same data."""
    emulator.start(free_port())
    keep(emulator, "first")
    emulator.stop()
    port = emulator.daemon.port
    assert port is not None
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(LocalError, match=f"port {port} is in use by another program"):
            emulator.start()
        emulator.start(free_port())

    assert kept(emulator) == ("first",) * 3


def test_running_emulator_cannot_change_its_port(emulator: Emulator) -> None:
    """The port is fixed while the emulator runs, because resources contain its address."""
    port, other = free_port(), free_port()
    emulator.start(port)
    with pytest.raises(LocalError) as caught:
        emulator.start(other)

    assert str(caught.value) == (
        f"the emulator runs on port {port}: run make down before you start it on port {other}"
    )


def test_cloud_of_a_stopped_emulator_is_an_error(emulator: Emulator) -> None:
    """The error states how to start the emulator."""
    with pytest.raises(LocalError, match=r"^the emulator is not running: run make up$"):
        _ = emulator.cloud


def test_emulator_listens_on_loopback_only(emulator: Emulator) -> None:
    """The emulator is bound to 127.0.0.1 and to no other address."""
    emulator.start(free_port())
    process = emulator.process
    assert process is not None
    other = "127.0.0.2"  # also loopback: reachable only if the emulator is bound to all addresses
    with socket.socket() as probe:
        probe.settimeout(2)
        refused = probe.connect_ex((other, process.port)) != 0

    assert (is_taken(process.port), refused) == (True, True)


def test_emulator_does_not_receive_aws_configuration(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's credentials, profile and home folder are not in its environment."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
        monkeypatch.setenv(name, "the-users-own")
    environment = emulator._environment(4566)

    assert "the-users-own" not in environment.values()
    assert Path(environment["HOME"]).is_relative_to(emulator.directory)


def test_scratch_of_an_earlier_run_is_removed(emulator: Emulator) -> None:
    """The folders of earlier Lambda workers are removed."""
    emulator.start(free_port())
    left = emulator.directory / "tmp" / "ministack-lambda-left"
    left.mkdir()
    emulator.stop()
    emulator.start()

    assert not left.exists()


def test_failed_start_shows_the_log(tmp_path: Path) -> None:
    """The error contains the last lines of the log."""
    daemon = Daemon("thing", tmp_path)
    script = "print('cannot open the box', flush=True); raise SystemExit(1)"
    daemon.start([sys.executable, "-c", script], {"PATH": os.defpath}, 1)
    with pytest.raises(LocalError) as caught:
        daemon.wait_until(lambda: False, 10)

    assert str(caught.value) == "the thing failed to start; its last log lines:\ncannot open the box"


def test_process_that_is_never_ready_is_killed(tmp_path: Path) -> None:
    """The wait ends with a timeout, and the process is killed."""
    daemon = Daemon("thing", tmp_path)
    process = daemon.start([sys.executable, "-c", "import time; time.sleep(60)"], {"PATH": os.defpath}, 1)
    with pytest.raises(LocalError, match=r"^the thing was not ready after 0\.3 s"):
        daemon.wait_until(lambda: False, 0.3)

    assert not process.alive


def test_reused_process_id_is_not_signaled(tmp_path: Path) -> None:
    """A record whose process id belongs to another process means stopped; that process gets no signal."""
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        daemon = Daemon("thing", tmp_path)
        old = Process(other.pid, "an earlier start", 1, 0.0)
        (tmp_path / "thing.json").write_text(json.dumps(vars(old)))
        found = daemon.process
        old.signal(signal.SIGKILL)
        daemon.stop(grace=0)
        time.sleep(0.1)

        assert (found, other.poll(), daemon.port) == (None, None, 1)
    finally:
        other.kill()
        other.wait()


def test_start_time_identifies_a_process() -> None:
    """The start time of a running process is constant; an ended process has none."""
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
def test_invalid_record_means_stopped(tmp_path: Path, record: str, port: int | None) -> None:
    """An invalid process record is ignored."""
    (tmp_path / "thing.json").write_text(record)

    assert (Daemon("thing", tmp_path).process, Daemon("thing", tmp_path).port) == (None, port)


def test_process_that_outlives_its_parent_causes_no_warning(tmp_path: Path) -> None:
    """A command that exits before its background process prints nothing."""
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
