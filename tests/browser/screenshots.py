"""Takes a picture of each page in light, dark and at phone width: `python -m tests.browser.screenshots`.

They are written to `.local/screenshots`. Those in `README` are committed, too.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from shell.command import run
from tests.browser.pages import PAGES, AppPage
from tests.browser.site import ROOT, arguments, chromium, stand_in
from tests.browser.test_accessibility import LOOKS
from tests.browser.visitor import Visitor

FOLDER = ROOT / ".local" / "screenshots"
README = {"users-conflict-light.png": "conflict.png", "activity-dark.png": "activity.png"}
"""The pictures in README.md, by the name of their file in docs/pictures."""


def take(browser: Browser, address: str, page: AppPage, look: str) -> Path:
    """Take one picture, and return its file."""
    context = browser.new_context(**LOOKS[look], locale="en-GB", reduced_motion="reduce")
    visitor = Visitor(context, address)
    page.show(visitor)
    visitor.page.mouse.move(0, 0)
    file = FOLDER / f"{page.name}-{look}.png"
    visitor.page.screenshot(path=file)
    context.close()
    return file


def main() -> int:
    """Take every picture; return 1 if Chromium is not installed."""
    path = chromium()
    if path is None:
        print("no chromium was found on PATH: install Debian's package chromium")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with stand_in() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments())
        for page in PAGES:
            for look in LOOKS:
                print(take(browser, address, page, look).relative_to(ROOT), flush=True)
        browser.close()
    for name, target in README.items():
        shutil.copy(FOLDER / name, ROOT / "docs" / "pictures" / target)
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
