"""Command line entry point. Exit status: 0 success, 1 complete or partial failure, 2 invalid input."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from operate.arguments import parse
from operate.commands import Context
from operate.errors import OperateError, describe
from operate.target import LOCAL, ROOT
from operate.text import line

DIRECTORY = ROOT / ".local"
"""The directory of this checkout's embedded cloud."""

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None, directory: Path = DIRECTORY) -> int:
    """Run one command and return its exit status.

    Args:
        arguments: the command line; `sys.argv` by default.
        directory: the embedded cloud's directory.
    """
    _replace_what_cannot_be_encoded()
    parsed = parse(arguments)
    try:
        with _termination_as_interrupt():
            return parsed.run(Context(parsed, directory))
    except OperateError as error:
        return _fail(str(error), error.status)
    except ClientError as error:
        return _fail(describe(error))
    except EndpointConnectionError as error:
        text = "the embedded cloud does not respond: run make up" if parsed.stack == LOCAL else str(error)
        return _fail(text)
    except BotoCoreError as error:
        return _fail(str(error))
    except BrokenPipeError:
        # The reader closed the pipe, such as head. The rest of the buffer must not be flushed at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED


def _fail(text: str, status: int = 1) -> int:
    print(f"error: {line(text)}", file=sys.stderr)
    return status


def _replace_what_cannot_be_encoded() -> None:
    """Print a question mark for a character that the terminal's encoding does not have."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


@contextmanager
def _termination_as_interrupt() -> Generator[None]:
    """Handle SIGTERM like Ctrl-C, so that a command deletes its temporary resources."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
