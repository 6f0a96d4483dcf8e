"""The first statements of a process. Imports little: before them, Ctrl-C prints a traceback."""

import os
import signal
import sys

SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def starting() -> None:
    """End the process at once if it receives a signal during its imports, when nothing is to be cleaned up.

    Does nothing in a process that `python -m` does not start. Python sets `sys.argv[0]` to "-m" while it
    looks up the module: https://docs.python.org/3/using/cmdline.html#cmdoption-m
    """
    if sys.argv[:1] == ["-m"]:
        open_missing_streams()
        for number in handled_signals():
            signal.signal(number, end_at_once)


def handled_signals() -> list[signal.Signals]:
    """Return the signals that are not ignored, as `nohup` and the background jobs of a script ignore some."""
    return [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]


def end_at_once(number: int, _frame: object) -> None:
    """Handle a signal: end the process with the signal's status, without cleanup."""
    os._exit(128 + number)


def open_missing_streams() -> None:
    """Open /dev/null in place of each closed standard stream: else the next open file becomes that stream."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # noqa: FBT003 - has no keyword
