"""Runs every suite whose prerequisites are installed, and reports each skipped suite with the reason.

python -m tests          what `make test` runs
python -m tests --all    what CI runs: a suite that would be skipped is a failure
python -m tests --quick  what a change needs before it is committed, by the files that it touches
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from local.engine.toolchain import ready
from shell.command import run
from tests.browser.site import chromium
from tests.quick import changed, chosen

FOLDER = Path(__file__).parent

SUITES = ("unit", "infrastructure", "local", "engine", "browser")

PARALLEL = ("--numprocesses=auto", "--dist=loadfile", "--durations=10")
"""One process a core; the tests of a file run in one process, which has a platform of its own."""

PARALLEL_TESTS = (*PARALLEL, "-m", "not exclusive")
EXCLUSIVE_TESTS = ("--durations=10", "-m", "exclusive")


def missing(suite: str) -> str | None:
    """Return what a suite needs and does not find; None if it can run."""
    if suite == "engine" and ready() is None:
        return "no Pulumi CLI was found; run `make pulumi`, which finds or builds one"
    if suite == "browser" and chromium() is None:
        return "no Chromium was found on PATH; install Debian's package `chromium`"
    return None


def quick() -> int:
    """Run the tests that the changed files need, without the slow ones, and return pytest's exit status."""
    tests = chosen(changed())
    if not tests:
        print("no file is changed that a quick test covers")
        return 0
    print("running", *tests)
    status = pytest.main(["-q", *PARALLEL, "-m", "not slow", *(str(FOLDER / test) for test in tests)])
    # A chosen folder may contain only slow tests.
    return 0 if status == pytest.ExitCode.NO_TESTS_COLLECTED else int(status)


def main(arguments: Sequence[str]) -> int:
    """Run the suites and return pytest's exit status."""
    if "--quick" in arguments:
        return quick()
    skipped = {suite: reason for suite in SUITES if (reason := missing(suite))}
    run = [str(FOLDER / suite) for suite in SUITES if suite not in skipped]
    if skipped and "--all" in arguments:
        print(*(f"cannot run {suite}: {reason}" for suite, reason in skipped.items()), sep="\n")
        return 1
    # In processes of their own: what one has imported and started does not reach the other.
    statuses = [_pytest(*arguments, *run) for arguments in (PARALLEL_TESTS, EXCLUSIVE_TESTS)]
    print(*(f"skipped {suite}: {reason}" for suite, reason in skipped.items()), sep="\n")
    return max(statuses)


def _pytest(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", "-q", *arguments], check=False).returncode


if __name__ == "__main__":
    run(lambda: main(sys.argv[1:]))
