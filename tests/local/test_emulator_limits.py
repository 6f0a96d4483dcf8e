"""The emulator's processes and its stop, with functions and connections that take long."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from local.emulator.emulator import Emulator, StartData
from local.emulator.extensions.shutdown import GRACE_SECONDS
from local.emulator.extensions.workers import LIMIT
from local.machine.code import CODE
from local.machine.ports import LOOPBACK, free_port
from provider.services.lambda_.function import Function
from tests.local.provider.functions import function, invoke, running

SLOW = """
import os, time

def handler(event, context):
    time.sleep(event)
    return os.getpid()
"""

STOP_SECONDS = GRACE_SECONDS + 5
"""The grace, and the time to save the data on a busy machine."""


WORKER = "_worker.py"
"""The script in the command of a process that runs functions."""


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """A new emulator with a parameter."""
    emulator = Emulator(tmp_path / "cloud")
    emulator.start(free_port())
    emulator.cloud.client("ssm").put_parameter(Name="value", Value="kept", Type="String")
    yield emulator
    emulator.reset()


def stopped_with_its_data(emulator: Emulator) -> bool:
    """Stop the emulator; return whether it stopped in time, and its next start has the parameter."""
    started = time.monotonic()
    emulator.stop()
    seconds = time.monotonic() - started
    restored = emulator.start()
    value = emulator.cloud.client("ssm").get_parameter(Name="value")["Parameter"]["Value"]
    assert (restored, value) == (StartData.RESTORED, "kept")
    return seconds < STOP_SECONDS


def workers(emulator: Emulator) -> int:
    """Return the number of the emulator's processes that run functions; another one saves its data."""
    process = emulator.process
    assert process is not None
    command = ["ps", "-A", "-ww", "-o", "ppid=,args="]  # Without -ww, COLUMNS cuts the commands off.
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return sum(line.split()[0] == str(process.pid) and WORKER in line for line in listed)


def test_incomplete_request_does_not_delay_a_stop(emulator: Emulator) -> None:
    """A connection whose body never comes is closed, and the data is saved."""
    process = emulator.process
    assert process is not None
    with socket.create_connection((LOOPBACK, process.port)) as half:
        half.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        time.sleep(0.2)

        assert stopped_with_its_data(emulator)


def test_long_invocation_does_not_delay_a_stop(emulator: Emulator, tmp_path: Path) -> None:
    """An invocation in progress ends with the emulator, and the data is saved."""
    Function().create(emulator.cloud, function(emulator.cloud, tmp_path, "slow", SLOW, timeout=60))
    event = {"FunctionName": "slow", "InvocationType": "Event", "Payload": json.dumps(60)}
    assert emulator.cloud.client("lambda").invoke(**event)["StatusCode"] == 202
    deadline = time.monotonic() + 20
    while not workers(emulator) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert workers(emulator) == 1

    assert stopped_with_its_data(emulator)


def test_functions_share_a_limit_of_processes(emulator: Emulator, tmp_path: Path) -> None:
    """More concurrent invocations than the limit all succeed, with at most that many processes."""
    names = [f"slow-{number}" for number in range(6)]
    done, most = threading.Event(), 0
    with ExitStack() as functions:
        for name in names:
            inputs = function(emulator.cloud, tmp_path, name, SLOW, timeout=60)
            functions.enter_context(running(emulator.cloud, inputs))
        with ThreadPoolExecutor(49) as callers:
            results = [callers.submit(invoke, emulator.cloud, name, 0.5) for name in names * 8]
            callers.submit(lambda: [result.exception() for result in results] and done.set())
            while not done.wait(0.1):
                most = max(most, workers(emulator))
        processes = [result.result() for result in results]

    assert all(isinstance(process, int) for process in processes)
    assert len(names) < most <= LIMIT


def test_functions_do_not_inherit_the_launchers_search_path(emulator: Emulator, tmp_path: Path) -> None:
    """A function imports its own bundle: the checkout of the launcher is not on its PYTHONPATH."""
    source = "import os\n\ndef handler(event, context):\n    return os.environ.get('PYTHONPATH', '')"
    with running(emulator.cloud, function(emulator.cloud, tmp_path, "paths", source)):
        assert str(CODE) not in invoke(emulator.cloud, "paths").split(os.pathsep)
