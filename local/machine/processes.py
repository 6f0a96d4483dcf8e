"""Background processes that one command starts and a later command finds and stops.

The system reuses process ids: after a crash or a restart of the machine, an id may belong to an
unrelated process. The record of a process therefore also holds its start time, and both must match.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from local.machine.errors import LocalError
from local.machine.files import write_atomically

POLL_SECONDS = 0.02

_children: set[int] = set()
"""Ids of this process's own children. The system does not reuse them until this process has reaped them."""


@dataclass(frozen=True)
class Process:
    """A process, distinguishable from other processes that had or will have the same id.

    Attributes:
        pid: the process id, and the id of its process group.
        started: the start time as the system prints it; compared, never parsed.
        port: the TCP port on 127.0.0.1 that the process serves.
        since: when it was started, in seconds since the epoch.
    """

    pid: int
    started: str
    port: int
    since: float

    @property
    def alive(self) -> bool:
        """Whether the process runs; false for a zombie."""
        _reap(self.pid)
        return start_time(self.pid) == self.started

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and its children; do nothing if it has ended."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)


FIELDS = {"pid": int, "started": str, "port": int, "since": float}
"""The fields of a valid process record; any other record is ignored."""


@dataclass(frozen=True)
class Daemon:
    """A background program, with its process record in `<name>.json` and its output in `<name>.log`.

    Attributes:
        name: the name used in files and messages.
        directory: the folder of both files.
        module: the module that it runs, with the port and `subject` as arguments. They identify the process
            if its record is lost.
        subject: the path of what it serves.
    """

    name: str
    directory: Path
    module: str = ""
    subject: str = ""

    @property
    def log(self) -> Path:
        """The file with everything that the process printed since its start."""
        return self.directory / f"{self.name}.log"

    @property
    def record(self) -> Path:
        """The file with the process record."""
        return self.directory / f"{self.name}.json"

    @property
    def process(self) -> Process | None:
        """The process, or None if it does not run."""
        record = self._record()
        if record is None:
            return self._found()
        if record.keys() != FIELDS.keys() or any(
            not isinstance(record[name], kind) for name, kind in FIELDS.items()
        ):
            return None
        process = Process(**record)
        return process if process.alive else None

    @property
    def port(self) -> int | None:
        """The port that the process serves, or served when it last ran."""
        record = self._record()
        if record is None:
            found = self._found()
            return found.port if found else None
        port = record.get("port")
        return port if isinstance(port, int) else None

    def command(self, port: int) -> list[str]:
        """Return the command that runs the module."""
        return [sys.executable, "-P", "-m", self.module, str(port), self.subject]

    def start(self, command: Sequence[str], environment: Mapping[str, str], port: int) -> Process:
        """Run the command in a separate session: it outlives this process and does not receive Ctrl-C.

        Raises:
            OSError: if its record or its log cannot be written; it does not run.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            child = subprocess.Popen(  # noqa: S603 - a fixed command
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        _children.add(child.pid)
        child.returncode = 0  # Prevents the warning of Popen that the process still runs.
        process = Process(child.pid, start_time(child.pid) or "", port, time.time())
        try:
            self._write(vars(process))
        except OSError:
            process.signal(signal.SIGKILL)
            raise
        return process

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until the process is ready.

        Raises:
            LocalError: if it exits or is not ready after `seconds`; the text ends with the last log lines.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if self.process is None:
                raise LocalError(f"the {self.name} failed to start; its last log lines:\n{self.tail()}")
            if time.monotonic() > deadline:
                self.stop(grace=0)
                raise LocalError(
                    f"the {self.name} was not ready after {seconds:g} s; its last log lines:\n{self.tail()}"
                )
            time.sleep(POLL_SECONDS)

    def stop(self, grace: float) -> None:
        """Terminate the process, and kill it after `grace` seconds; the record keeps its port."""
        process, port = self.process, self.port
        if process is not None:
            process.signal(signal.SIGTERM)
            if not _ended(process, grace):
                process.signal(signal.SIGKILL)
                _ended(process, 10)
        for pid in _children.copy():
            _reap(pid)
        if port is not None:
            self._write({"port": port})

    def tail(self, lines: int = 15) -> str:
        """Return the last lines of the log."""
        if not self.log.exists():
            return "(no log)"
        with self.log.open(errors="replace") as log:
            return "".join(deque(log, maxlen=lines)).rstrip() or "(empty)"

    def _record(self) -> dict[str, Any] | None:
        """Return the record, or None if it is lost."""
        try:
            record: Any = json.loads(self.record.read_bytes())
        except (OSError, ValueError):
            return None
        return cast("dict[str, Any]", record) if isinstance(record, dict) else None

    def _found(self) -> Process | None:
        """Find the process by its command."""
        pattern = re.compile(rf" -m {re.escape(self.module)} (\d+) {re.escape(self.subject)}$")
        for pid, command in commands() if self.module else ():
            match = pattern.search(command)
            if match and (started := start_time(pid)) and _leads_its_group(pid):
                return Process(pid, started, int(match[1]), _since(pid))
        return None

    def _write(self, record: Mapping[str, Any]) -> None:
        write_atomically(self.record, json.dumps(record))


def commands() -> Iterator[tuple[int, str]]:
    """Yield the id and the command of each process of this machine that can be read."""
    if Path("/proc/self/cmdline").exists():
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                yield (
                    int(path.parent.name),
                    path.read_bytes().rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace"),
                )
        return
    listing = ["ps", "-axww", "-o", "pid=,command="]
    lines = subprocess.run(listing, capture_output=True, text=True, check=False).stdout.splitlines()  # noqa: S603
    for line in lines:
        pid, _, command = line.strip().partition(" ")
        yield int(pid), command.strip()


def start_time(pid: int) -> str | None:
    """Return the start time of a process as the system prints it, or None if no such process runs."""
    stat = Path(f"/proc/{pid}/stat")
    return _linux_start_time(stat) if Path("/proc/self/stat").exists() else _posix_start_time(pid)


def _linux_start_time(stat: Path) -> str | None:
    try:
        # The second field, the program's name, may contain spaces and brackets: split after it.
        state, *fields = stat.read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state in "ZX" else fields[18]


def _posix_start_time(pid: int) -> str | None:
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    # A fixed language and time zone, so that two calls return the same text.
    plain = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=plain)  # noqa: S603
    state, _, started = result.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()


def _leads_its_group(pid: int) -> bool:
    """Whether a process was started by `Daemon.start`; a copy that it forked has the same command."""
    try:
        return os.getpgid(pid) == pid
    except OSError:
        return False


def _since(pid: int) -> float:
    """Return when a process was started, in seconds since the epoch; now, if the system does not show it."""
    folder = Path(f"/proc/{pid}")
    return folder.stat().st_mtime if folder.exists() else time.time()


def _reap(pid: int) -> None:
    """Reap a child process that has ended."""
    if pid in _children:
        with suppress(ChildProcessError):
            if os.waitpid(pid, os.WNOHANG) == (0, 0):
                return
        _children.discard(pid)


def _ended(process: Process, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while process.alive:
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
