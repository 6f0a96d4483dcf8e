"""From the command line to an exit status: 0 done, 1 not, or not all of it, 2 not understood."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from operate.arguments import parser
from operate.commands import Run
from operate.errors import OperateError, refusal
from operate.target import LOCAL, ROOT

DIRECTORY = ROOT / ".local"
"""Where the embedded cloud of this checkout keeps its files."""

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None, directory: Path = DIRECTORY) -> int:
    """Run one command; answer its exit status.

    Args:
        arguments: the command line; the process's own where not given.
        directory: where the embedded cloud keeps its files.
    """
    given = parser().parse_args(arguments)
    try:
        with _termination_as_interrupt():
            return given.run(Run(given, directory))
    except OperateError as error:
        return _refuse(str(error), error.status)
    except ClientError as error:
        return _refuse(refusal(error))
    except EndpointConnectionError as error:
        return _refuse("the embedded cloud does not answer: make up" if given.stack == LOCAL else str(error))
    except BotoCoreError as error:
        return _refuse(str(error))
    except BrokenPipeError:
        # Whoever read this has read enough. What is left in the buffer must not be tried again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED


def _refuse(text: str, status: int = 1) -> int:
    print(f"error: {text}", file=sys.stderr)
    return status


@contextmanager
def _termination_as_interrupt() -> Generator[None]:
    """Have SIGTERM end a command as Ctrl-C does, with everything put away."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
