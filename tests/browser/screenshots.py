"""Takes a picture of each page in light, dark and at phone width: `python -m tests.browser.screenshots`.

They are written to `.local/screenshots`. Those in `README` are committed, too.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from shell.command import run
from tests.browser.pages import LOOKS, PAGES, AppPage
from tests.browser.site import ROOT, chromium, deployed, launch
from tests.browser.visitor import Visitor

FOLDER = ROOT / ".local" / "screenshots"
README = {"users-conflict-light.png": "conflict.png", "activity-dark.png": "activity.png"}
"""The pictures in README.md, by the name of their file in docs/pictures."""


def take(browser: Browser, address: str, page: AppPage) -> Iterator[Path]:
    """Take the pictures of a page, and yield their files."""
    context = browser.new_context(locale="en-GB", reduced_motion="reduce")
    visitor = Visitor(context, address)
    page.show(visitor)
    visitor.page.mouse.move(0, 0)
    for name, look in LOOKS.items():
        visitor.page.emulate_media(color_scheme=look.scheme)
        visitor.page.set_viewport_size(look.size)
        file = FOLDER / f"{page.name}-{name}.png"
        visitor.page.screenshot(path=file)
        yield file
    context.close()


def main(arguments: Sequence[str]) -> int:
    """Take every picture; return 1 if Chromium is not installed."""
    argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__).parse_args(
        arguments
    )
    if chromium() is None:
        print("no chromium was found on PATH: install Debian's package chromium")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        deployed(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        for page in PAGES:
            for file in take(browser, address, page):
                print(file.relative_to(ROOT), flush=True)
        browser.close()
    for name, target in README.items():
        shutil.copy(FOLDER / name, ROOT / "docs" / "pictures" / target)
    return 0


if __name__ == "__main__":
    run(lambda: main(sys.argv[1:]))
