"""Runs every suite whose prerequisites are installed, and reports each skipped suite with the reason.

python -m tests          what `make test` runs
python -m tests --all    what CI runs: a suite that would be skipped is a failure
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from local.engine.toolchain import ready
from shell.command import run

SUITES = ("unit", "infrastructure", "local", "engine")


def missing(suite: str) -> str | None:
    """Return what a suite needs and does not find; None if it can run."""
    if suite == "engine" and ready() is None:
        return "no Pulumi CLI was found; run `make pulumi`, which finds or builds one"
    return None


def main(arguments: Sequence[str]) -> int:
    """Run the suites and return pytest's exit status."""
    folder = Path(__file__).parent
    skipped = {suite: reason for suite in SUITES if (reason := missing(suite))}
    run = [str(folder / suite) for suite in SUITES if suite not in skipped]
    if skipped and "--all" in arguments:
        print(*(f"cannot run {suite}: {reason}" for suite, reason in skipped.items()), sep="\n")
        return 1
    status = pytest.main(["-q", *run])
    print(*(f"skipped {suite}: {reason}" for suite, reason in skipped.items()), sep="\n")
    return int(status)


if __name__ == "__main__":
    run(lambda: main(sys.argv[1:]))
