"""The loop of `make dev`, on a running platform."""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from local.commands.watch import Loop
from local.deployment.deployment import Deployment
from local.driver.changes import Change, Report, Result
from local.driver.driver import DriverError
from local.machine.lock import exclusive
from local.machine.ports import free_port
from provider.cloud import Cloud


@dataclass
class Session:
    """A running loop with a program of one handler, and the applied versions of the handler in order."""

    root: Path
    printed: io.StringIO = field(default_factory=io.StringIO)
    applied: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.deployment = Deployment(self.root, self.root / ".local", apply=self.apply, seed=lambda *_: [])
        self.deployment.emulator.start(free_port())
        self.deployment.front_door.start(free_port())

    def start(self) -> threading.Thread:
        """Start the loop."""
        loop = Loop(self.deployment, Console(file=self.printed, width=300, highlight=False))
        self.stop = loop.stop
        thread = threading.Thread(target=loop.run)
        thread.start()
        return thread

    def apply(
        self, root: Path, cloud: Cloud, state: Path, overrides: Mapping[str, Any], report: Report
    ) -> Result:
        """Record the handler's source, and report its update."""
        text = (root / "handlers" / "create.py").read_text()
        if "def" not in text:
            raise DriverError("SyntaxError: invalid syntax (create.py, line 1)")
        self.applied.append(text)
        change = Change("urn:pulumi:local::strata::aws:x/y:Z::users-create", "update", 0.1, ("code",))
        report(change)
        return Result({}, [change], 0.2)

    def save_until(self, path: str, text: str, condition: Callable[[], bool]) -> bool:
        """Save the file repeatedly, because watching starts late, until the condition is true."""
        for _ in range(25):
            (self.root / path).write_text(text)
            time.sleep(0.4)
            if condition():
                return True
        return False


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A loop that runs until the test ends."""
    for folder in ("handlers", "settings"):
        (tmp_path / folder).mkdir()
    (tmp_path / "handlers" / "create.py").write_text("def handler(): ...")
    session = Session(tmp_path)
    thread = session.start()
    yield session
    session.stop.set()
    thread.join(20)
    session.deployment.reset()
    assert not thread.is_alive()


@pytest.mark.parametrize("path", ["handlers/create.py", "settings/sections.py", "Pulumi.local.yaml"])
def test_saved_file_is_applied(session: Session, path: str) -> None:
    """A saved file of the program is applied, and the changes are printed."""
    assert session.save_until(path, "def new(): ...", lambda: bool(session.applied))

    lines = session.printed.getvalue().splitlines()
    assert lines[0].split() == ["update", "users-create", "aws:x/y:Z", "(code)", "0.1", "s"]
    assert re.fullmatch(rf"{path}: live after 0\.\d\d s, 1 updated, 0 unchanged", lines[1])


def test_invalid_handler_is_reported_and_the_loop_continues(session: Session) -> None:
    """A syntax error is printed, and the next save works."""
    text = "handlers/create.py: not deployed: SyntaxError: invalid syntax (create.py, line 1)"

    assert session.save_until("handlers/create.py", "oops(", lambda: text in session.printed.getvalue())
    assert session.applied == []
    assert session.save_until("handlers/create.py", "def again(): ...", lambda: bool(session.applied))


def test_save_during_another_command_is_applied_later(session: Session) -> None:
    """The loop waits until the other command has finished, and then applies the change."""
    assert session.save_until("handlers/create.py", "def one(): ...", lambda: bool(session.applied))
    with exclusive(session.deployment.directory, "other"):
        (session.root / "handlers" / "create.py").write_text("def two(): ...")
        time.sleep(1)
        meanwhile = session.applied[-1]
    deadline = time.monotonic() + 10
    while session.applied[-1] == meanwhile and time.monotonic() < deadline:
        time.sleep(0.05)

    assert (meanwhile, session.applied[-1]) == ("def one(): ...", "def two(): ...")


def test_loop_ends_with_the_emulator(session: Session) -> None:
    """After `make down` in another terminal, the loop prints a message and ends."""
    session.deployment.down()

    assert session.stop.wait(20)
    assert "the emulator has stopped: run make dev to start it again" in session.printed.getvalue()
