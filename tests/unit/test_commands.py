"""Every module that `python -m` runs: how it ends while it starts, and if its output cannot be written."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.shell.processes import REDIRECTIONS, ROOT, STATUS, End, redirected, stop_in_imports

PROCESSES = {
    "local.front_door": "a server, which handles its signals",
    "local.plugin": "a server, which ends with the engine",
    "bench.empty": "a server, which ends with the engine",
    "bench.bare": "a measured process without output",
    "bench.replay": "a measured process without output",
    "local.emulator.launcher": "a server, which stops by its own handler",
    "tests.engine.child": "a process that tests kill",
    "tests.engine.faulty": "a server, which ends with the engine",
}
"""Modules that other processes start, and why they do not end with `run`."""

PACKAGES = ("operate", "local", "bench", "tools", "tests")
GUARD = re.compile(r'^if __name__ == "__main__":$', re.MULTILINE)
RUN = re.compile(r"^(    )?run\(.+\)\n\Z", re.MULTILINE)


def modules() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every module that `python -m` can run."""
    for path in sorted(each for package in PACKAGES for each in Path(ROOT, package).rglob("*.py")):
        text = path.read_text("utf-8")
        if path.name == "__main__.py" or GUARD.search(text):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__"), text


COMMANDS = sorted(name for name, _ in modules() if name not in PROCESSES)


def test_every_module_ends_with_run() -> None:
    """Only processes that other processes start do not; each is listed with its reason."""
    without = {name for name, text in modules() if not RUN.search(text)}

    assert without == PROCESSES.keys()
    assert len(COMMANDS) >= 14


@pytest.mark.parametrize("command", COMMANDS)
def test_signal_during_the_imports_ends_quietly(command: str) -> None:
    """The package handles signals before its modules are imported; there is no traceback."""
    assert stop_in_imports(command, command.partition(".")[0], signal.SIGINT) == End(130, "")


@pytest.mark.parametrize("number", STATUS, ids=lambda number: number.name)
@pytest.mark.parametrize("imported", ["argparse", "botocore.exceptions", "operate.target"])
def test_signal_at_later_imports_ends_quietly(imported: str, number: signal.Signals) -> None:
    """Libraries of a command are imported for most of its first second."""
    assert stop_in_imports("operate trace c-1", imported, number) == End(STATUS[number], "")


@pytest.mark.parametrize("command", sorted({*COMMANDS} - {"tools.record", "tools.words", "tests"}))
def test_help_on_a_full_disk_is_one_line(command: str) -> None:
    """Every command that prints a help text reports that it cannot."""
    redirection, status, error = REDIRECTIONS["full disk"]

    assert redirected(redirection, "-m", command, "--help") == End(status or 0, error)
