"""Command line entry point. Exit status: 0 success, 1 complete or partial failure, 2 invalid input."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from operate.arguments import parse
from operate.commands import Context
from operate.errors import OperateError, describe
from operate.target import LOCAL, ROOT
from operate.text import line

DIRECTORY = ROOT / ".local"
"""The directory of this checkout's embedded cloud."""


def main(arguments: Sequence[str] | None = None, directory: Path = DIRECTORY) -> int:
    """Run one command and return its exit status.

    Args:
        arguments: the command line; `sys.argv` by default.
        directory: the embedded cloud's directory.
    """
    parsed = parse(arguments)
    try:
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


def _fail(text: str, status: int = 1) -> int:
    print(f"error: {line(text)}", file=sys.stderr)
    return status
