"""Runs every suite that this machine has the parts for, and says what it leaves out and why.

python -m tests          what make test runs
python -m tests --all    what CI runs: a suite that would be left out is a failure
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from local.engine.toolchain import ready

SUITES = ("unit", "infrastructure", "local", "engine")


def missing(suite: str) -> str | None:
    """What a suite needs that is not here."""
    if suite == "engine" and ready() is None:
        return "no Pulumi CLI is here: make pulumi finds or builds one"
    return None


def main(arguments: Sequence[str]) -> int:
    """Run the suites; answer pytest's exit status."""
    folder = Path(__file__).parent
    left_out = {suite: reason for suite in SUITES if (reason := missing(suite))}
    run = [str(folder / suite) for suite in SUITES if suite not in left_out]
    if left_out and "--all" in arguments:
        print(*(f"cannot run {suite}: {reason}" for suite, reason in left_out.items()), sep="\n")
        return 1
    status = pytest.main(["-q", *run])
    print(*(f"left out: {suite}: {reason}" for suite, reason in left_out.items()), sep="\n")
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
