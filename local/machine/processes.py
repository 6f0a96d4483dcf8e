"""Background processes of ours: started, recognised again by a later command, and stopped.

A process id alone proves nothing: after a crash or a restart of the machine it may belong to a
stranger. So the record of a process holds when it started too, and only the pair is ever trusted.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from local.machine.errors import LocalError

POLL_SECONDS = 0.02

_children: set[int] = set()
"""Ids of the processes that this one started: their ids are theirs until it has asked how they ended."""


@dataclass(frozen=True)
class Process:
    """A process, told apart from any other that had or will have the same id.

    Attributes:
        pid: its process id, which is its process group's too.
        started: when it started, as the system writes it; compared, never parsed.
        port: the TCP port on 127.0.0.1 that it serves.
        since: when we started it, in seconds since the epoch.
    """

    pid: int
    started: str
    port: int
    since: float

    @property
    def alive(self) -> bool:
        """Whether it still runs; a zombie does not."""
        _reap(self.pid)
        return start_time(self.pid) == self.started

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and its children; to nobody when it is gone."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)


FIELDS = {"pid": int, "started": str, "port": int, "since": float}
"""A process on record; a record that is not like that counts as none."""


@dataclass(frozen=True)
class Daemon:
    """A program of ours in the background: `<name>.json` says which process it is, `<name>.log` what it said.

    Attributes:
        name: what it is called in files and messages.
        directory: where its files stand.
    """

    name: str
    directory: Path

    @property
    def log(self) -> Path:
        """Everything it printed since it was started."""
        return self.directory / f"{self.name}.log"

    @property
    def process(self) -> Process | None:
        """Its process, if it runs."""
        record = self._record()
        if record.keys() != FIELDS.keys() or any(
            not isinstance(record[name], kind) for name, kind in FIELDS.items()
        ):
            return None
        process = Process(**record)
        return process if process.alive else None

    @property
    def port(self) -> int | None:
        """The port that it serves, or served when it last ran."""
        port = self._record().get("port")
        return port if isinstance(port, int) else None

    def start(self, command: Sequence[str], environment: Mapping[str, str], port: int) -> Process:
        """Run the command in a session of its own, so that it outlives ours and hears no Ctrl-C."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            child = subprocess.Popen(  # noqa: S603 - our own command
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        _children.add(child.pid)
        child.returncode = 0  # It outlives us by intent, of which Popen would warn.
        process = Process(child.pid, start_time(child.pid) or "", port, time.time())
        self._write(vars(process))
        return process

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until it is ready.

        Raises:
            LocalError: with the end of its log, when it dies or takes longer than this many seconds.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if self.process is None:
                raise LocalError(f"the {self.name} died while starting. The end of its log:\n{self.tail()}")
            if time.monotonic() > deadline:
                self.stop(grace=0)
                raise LocalError(
                    f"the {self.name} did not answer within {seconds:g} s. The end of its log:\n{self.tail()}"
                )
            time.sleep(POLL_SECONDS)

    def stop(self, grace: float) -> None:
        """Ask it to end, and end it by force after so many seconds; its port stays known."""
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
        """The last lines of its log."""
        if not self.log.exists():
            return "(no log)"
        with self.log.open(errors="replace") as log:
            return "".join(deque(log, maxlen=lines)).rstrip() or "(empty)"

    @property
    def _file(self) -> Path:
        return self.directory / f"{self.name}.json"

    def _record(self) -> dict[str, Any]:
        try:
            record: Any = json.loads(self._file.read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return cast("dict[str, Any]", record) if isinstance(record, dict) else {}

    def _write(self, record: Mapping[str, Any]) -> None:
        write_atomically(self._file, json.dumps(record))


def start_time(pid: int) -> str | None:
    """When a process started, in the system's own words; None when there is none or it has ended."""
    stat = Path(f"/proc/{pid}/stat")
    return _linux_start_time(stat) if Path("/proc/self/stat").exists() else _posix_start_time(pid)


def write_atomically(path: Path, text: str) -> None:
    """Replace a file's content, so that no reader and no crash ever meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.write_text(text)
    draft.replace(path)


def _linux_start_time(stat: Path) -> str | None:
    try:
        # The second field is the program's name and may hold spaces and brackets: count from behind it.
        state, *fields = stat.read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state in "ZX" else fields[18]


def _posix_start_time(pid: int) -> str | None:
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    # The same words whatever language and time zone the person's shell has.
    plain = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=plain)  # noqa: S603
    state, _, started = answer.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()


def _reap(pid: int) -> None:
    """Free the id of a child that has ended."""
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
