"""Where the app runs while it is tested."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.local.platform import running, up

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

ROOT = Path(__file__).parents[2]

NAMES = ("chromium", "chromium-browser", "google-chrome")
"""The command's name in Debian's package, and in other distributions."""


@contextmanager
def deployed(folder: Path) -> Iterator[str]:
    """Return the address of the platform that this run of the tests has, or deploy one in a folder."""
    if existing := running():
        yield existing.url
        return
    deployment, platform = up(folder)
    try:
        yield platform.url
    finally:
        deployment.down()


def chromium() -> str | None:
    """Return the path of Chromium, or of a browser that is built from it; None if none is on PATH."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def launch(playwright: Playwright) -> Browser:
    """Start Chromium; its sandbox refuses to run as root, which CI's containers are."""
    path = chromium()
    assert path, "no Chromium was found on PATH: install Debian's package `chromium`"
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=path, args=arguments)
