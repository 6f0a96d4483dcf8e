"""Processes that receive signals, and whose streams are closed or full."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[3]

STATUS = {signal.SIGHUP: 129, signal.SIGINT: 130, signal.SIGTERM: 143}

REDIRECTIONS = {
    "closed input": ("<&-", None, ""),
    "closed output": (">&-", None, ""),
    "closed streams": ("<&- >&- 2>&-", None, ""),
    "closed pipe": ("| head -c 0", 141, ""),
    "full disk": (">/dev/full", 1, "error: standard output: No space left on device\n"),
    "full disk for errors": (">/dev/full 2>/dev/full", 1, ""),
}
"""The shell's text of each redirection, the exit status (None: as without it), and standard error."""


class End(NamedTuple):
    """How a process ended: the exit status, and the text of standard error."""

    status: int
    error: str


def python(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """Start Python in the checkout.

    A shell makes its background jobs ignore Ctrl-C, and a process inherits that: restore the default first.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, text=True, **{**streams, **options})


def wait_for_line(process: subprocess.Popen[str], end: str) -> None:
    """Read standard error up to a line with this end."""
    assert process.stderr is not None
    found = any(text.endswith(f"{end}\n") for text in process.stderr)
    assert found, f"{end!r} was not printed"


def stop(process: subprocess.Popen[str], *numbers: signal.Signals) -> End:
    """Send signals, and return how the process ended."""
    for number in numbers:
        process.send_signal(number)
    _, rest = process.communicate(timeout=60)
    return End(process.returncode, rest)


def stop_in_imports(module: str, imported: str, number: signal.Signals) -> End:
    """Send a signal to `python -m` as soon as it has imported a module; return how it ended."""
    process = python("-X", "importtime", "-m", *module.split())
    wait_for_line(process, f" {imported}")
    end = stop(process, number)
    lines = [line for line in end.error.splitlines(keepends=True) if not line.startswith("import time:")]
    return End(end.status, "".join(lines))


def redirected(redirection: str, *arguments: str) -> End:
    """Run Python in the checkout with a redirection of the shell; return how it ended."""
    script = f'set -o pipefail; "$@" {redirection}'
    done = subprocess.run(
        ["bash", "-c", script, "bash", sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return End(done.returncode, done.stderr)
