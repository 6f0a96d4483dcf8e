"""`run`: the exit status and the output of a command, whatever ends it."""

from __future__ import annotations

import signal
import subprocess

import pytest

from shell.command import GRACE_SECONDS
from tests.unit.shell.processes import REDIRECTIONS, STATUS, End, python, redirected, stop, wait_for_line

WAIT = """
import sys, time
from shell.command import run

def main():
    try:
        print("ready", file=sys.stderr, flush=True)
        time.sleep(60)
    finally:
        time.sleep({cleanup})
        print("cleaned up", file=sys.stderr)
    return 0

run(main)
"""
PRINT = "import sys; from shell.command import run; run(lambda: print('x' * {count}) or {status})"


@pytest.mark.parametrize("number", STATUS, ids=lambda number: number.name)
def test_signal_cleans_up_and_ends_with_its_status(number: signal.Signals) -> None:
    """The command's `finally` runs, there is no traceback, and the status is 128 + the number."""
    process = python("-c", WAIT.format(cleanup=0))
    wait_for_line(process, "ready")

    assert stop(process, number) == End(STATUS[number], "cleaned up\n")


def test_further_signals_do_not_interrupt_the_cleanup() -> None:
    """The end of a session sends several signals; the status is that of one of them."""
    process = python("-c", WAIT.format(cleanup=0.5))
    wait_for_line(process, "ready")
    end = stop(process, signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    assert end.status in STATUS.values()
    assert end.error == "cleaned up\n"


def test_signal_after_the_grace_time_ends_at_once() -> None:
    """A cleanup that hangs can be stopped without SIGKILL."""
    process = python("-c", WAIT.format(cleanup=600))
    wait_for_line(process, "ready")
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(GRACE_SECONDS + 0.5)

    assert stop(process, signal.SIGTERM) == End(130, "")


def test_ignored_signal_stays_ignored() -> None:
    """`nohup` and the background jobs of a script ignore a signal on purpose."""
    code = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)" + WAIT.format(cleanup=0)
    process = python("-c", code)
    wait_for_line(process, "ready")

    assert stop(process, signal.SIGHUP, signal.SIGTERM) == End(143, "cleaned up\n")


@pytest.mark.parametrize("count", [1, 1_000_000], ids=["buffered", "long"])
@pytest.mark.parametrize("case", REDIRECTIONS)
def test_output_that_cannot_be_written(case: str, count: int) -> None:
    """A closed stream is like /dev/null, a closed pipe ends quietly, and a full disk is one line."""
    redirection, status, error = REDIRECTIONS[case]
    end = redirected(redirection, "-c", PRINT.format(count=count, status=7))

    assert end == End(7 if status is None else status, error)


def test_the_next_file_does_not_become_a_closed_stream() -> None:
    """Output goes to no file that the command opened later."""
    code = "import os; from shell.command import run; run(lambda: int(os.open('/dev/zero', 0) <= 2))"

    assert redirected("<&- >&- 2>&-", "-c", code) == End(0, "")


@pytest.mark.parametrize(
    ("main", "expected"),
    [
        ("3", End(3, "")),
        ("sys.exit()", End(0, "")),
        ("sys.exit(2)", End(2, "")),
        ("1 / 0", End(1, "ZeroDivisionError: division by zero")),
        ("open('/dev/full', 'w').write('x' * 9_000)", End(1, "OSError: [Errno 28] No space left on device")),
        ("os.write(os.dup2(socket[1], 9), b'') or gone()", End(1, "BrokenPipeError: [Errno 32] Broken pipe")),
    ],
)
def test_other_ends_are_unchanged(main: str, expected: End) -> None:
    """A status is passed on; an error of the program, another file or a connection has its traceback."""
    code = (
        "import os, sys; from shell.command import run; socket = os.pipe()\n"
        "def gone(): os.close(socket[0]); os.write(socket[1], b'x')\n"
        f"run(lambda: {main})"
    )
    end = redirected("", "-c", code)

    assert end.status == expected.status
    assert end.error.endswith(f"{expected.error}\n" if expected.error else "")
    assert ("Traceback" in end.error) == bool(expected.error)


def test_characters_that_the_terminal_lacks_are_replaced() -> None:
    """A question mark is printed."""
    code = "from shell.command import run; run(lambda: print('\\u2192'))"
    process = python("-c", code, env={"PYTHONIOENCODING": "ascii"})

    assert process.communicate(timeout=60) == ("?\n", "")
