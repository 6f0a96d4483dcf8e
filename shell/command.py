"""Runs the function of a command, and ends the process with the right status whatever happens."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import NoReturn, TextIO, cast, override

from shell.start import end_at_once, handled_signals, open_missing_streams

CLOSED_PIPE = 128 + signal.SIGPIPE

GRACE_SECONDS = 5.0
"""Time after the first signal in which further signals have no effect, so that the command can clean up: the
end of a session sends several. A later signal ends the process at once."""


class Stopped(KeyboardInterrupt):
    """A signal ends the command; `finally` clauses delete its temporary resources."""


class OutputError(OSError):
    """Standard output or standard error cannot be written.

    Not a BrokenPipeError, which connections to other processes raise too.
    """


def run(main: Callable[[], int]) -> NoReturn:
    """Run a command and end the process with its status; see the package's table."""
    open_missing_streams()
    sys.stdin = sys.stdin or io.TextIOWrapper(io.FileIO(0, closefd=False), encoding="utf-8")
    sys.stdout, sys.stderr = _Output(sys.stdout, 1, "output"), _Output(sys.stderr, 2, "error")
    interrupt, status = _Interrupt(), 1
    try:
        for number in handled_signals():
            signal.signal(number, interrupt)
        status = _run(main, interrupt)
    except Stopped:
        pass  # after main
    for number in handled_signals():
        signal.signal(number, end_at_once)
    sys.exit(interrupt.status or status)


class _Interrupt:
    """The handler of signals during a command: the first one raises `Stopped`.

    Attributes:
        status: the exit status for the first signal; None before it.
    """

    status: int | None = None
    _received = 0.0

    def __call__(self, number: int, _frame: object) -> None:
        if self.status is None:
            self.status, self._received = 128 + number, time.monotonic()
            raise Stopped
        if time.monotonic() - self._received > GRACE_SECONDS:
            os._exit(self.status)


def _run(main: Callable[[], int], interrupt: _Interrupt) -> int:
    try:
        status = _status(main)
        sys.stdout.flush()
        sys.stderr.flush()
    except OutputError as error:
        _discard_unwritten()
        if error.errno == errno.EPIPE:
            return CLOSED_PIPE
        if not interrupt.status:
            _print(f"error: {error.filename}: {error.strerror}")
        return 1
    except BaseException:
        if not interrupt.status:
            raise
        _discard_unwritten()
        return 1
    return status


def _status(main: Callable[[], int]) -> int:
    try:
        return main()
    except SystemExit as done:  # raised by argparse
        return done.code if isinstance(done.code, int) else int(done.code is not None)


def _print(text: str) -> None:
    try:
        print(text, file=sys.stderr, flush=True)
    except OutputError:
        _discard_unwritten()


def _discard_unwritten() -> None:
    """Flush both streams; discard what one of them cannot write, which Python would write again at exit."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OutputError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            stream.flush()


class _Output(io.TextIOWrapper):
    """A standard stream whose errors are distinct from those of other files and connections."""

    def __init__(self, stream: TextIO | None, number: int, name: str) -> None:
        replaced = cast("io.TextIOWrapper | None", stream)  # None if the stream is closed
        super().__init__(
            io.BufferedWriter(io.FileIO(number, "w", closefd=False)),
            encoding=replaced.encoding if replaced else "utf-8",
            errors="replace",  # a character that the terminal's encoding lacks is printed as ?
            line_buffering=bool(replaced and (replaced.line_buffering or replaced.write_through)),
        )
        self._name = f"standard {name}"

    @override
    def write(self, s: str, /) -> int:
        with self._errors():
            return super().write(s)

    @override
    def flush(self) -> None:
        with self._errors():
            super().flush()

    @contextmanager
    def _errors(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(error.errno, error.strerror, self._name) from error
