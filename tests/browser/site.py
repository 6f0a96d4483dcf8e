"""Where the app runs while it is tested."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

ROOT = Path(__file__).parents[2]

DEPLOYED = True
"""The switch: True tests the app on the deployed platform, as `make up` serves it; False on the stand-in."""

NAMES = ("chromium", "chromium-browser", "google-chrome")
"""The command's name in Debian's package, and in other distributions."""


@contextmanager
def stand_in() -> Iterator[str]:
    """Start the stand-in and return its address. It runs in a process of its own, as it simulates AWS."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.stand_in"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        assert address, "the stand-in did not start: run `python -m tests.browser.stand_in`"
        yield address
    finally:
        # It ends when its standard input ends.
        server.communicate(timeout=20)


def chromium() -> str | None:
    """Return the path of Chromium, or of a browser that is built from it; None if none is on PATH."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def launch(playwright: Playwright) -> Browser:
    """Start Chromium; its sandbox refuses to run as root, which CI's containers are."""
    path = chromium()
    assert path, "no Chromium was found on PATH: install Debian's package `chromium`"
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=path, args=arguments)
