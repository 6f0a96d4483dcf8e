"""Browsers that read a site while releases go live."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple

import requests

from operate import releases
from operate.target import Target
from tests.local.operate.site import Site
from tests.local.platform import Platform

RELEASES = 50
READERS = 20
ROLLBACK_EVERY = 10
PAUSE_SECONDS = 0.02
ASSET = re.compile(r'"/(assets/[^"]+)"')


class MissingError(Exception):
    """The site does not have an asset."""


class Page(NamedTuple):
    """A page in a browser: its release, and the keys of the assets that it loads, early or late."""

    release: str
    assets: list[str]


def fetch(platform: Platform, path: str) -> requests.Response:
    """Return the response to a GET request at the public address."""
    return requests.get(f"{platform.url}{path}", timeout=60)


@dataclass
class Served(Site):
    """The platform's releases as a browser reads them.

    Attributes:
        platform: the deployed platform.
    """

    platform: Platform

    def get(self, key: str) -> str:
        """Return an asset; it never is a page."""
        response = fetch(self.platform, f"/{key}")
        if response.status_code in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
            raise MissingError(key)
        assert (response.status_code, "html" in response.headers["Content-Type"]) == (200, False)
        return response.text

    def page(self) -> Page:
        """Load the live page, at any address of the app."""
        text = fetch(self.platform, "/users/1").text
        release = text.split("<title>")[1].split("</title>")[0]
        return Page(release, [*ASSET.findall(text), f"assets/{release}/lazy.js"])


@dataclass
class Readers:
    """Browsers that load assets all the time: half of them reload the page, the others never do.

    Attributes:
        site: the site.
        missing: the keys that the bucket did not have.
        mixed: a page's release and another one, to which one of its assets belongs.
        shown: the releases whose pages were loaded.
        seconds: how long each of the assets that were loaded took.
        errors: everything else that went wrong.
    """

    site: Served
    missing: list[str] = field(default_factory=list[str])
    mixed: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    shown: set[str] = field(default_factory=set[str])
    seconds: list[float] = field(default_factory=list[float])
    errors: list[Exception] = field(default_factory=list[Exception])
    _threads: list[threading.Thread] = field(default_factory=list[threading.Thread])
    _stop: threading.Event = field(default_factory=threading.Event)

    def open(self, *, reloads: bool) -> None:
        """Open a browser."""
        thread = threading.Thread(target=self._browse, kwargs={"reloads": reloads})
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """Close all browsers."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _browse(self, *, reloads: bool) -> None:
        try:
            page = self.site.page()
            while not self._stop.wait(PAUSE_SECONDS):
                self._load(page)
                page = self.site.page() if reloads else page
        except Exception as error:  # noqa: BLE001 - the test fails with it
            self.errors.append(error)

    def _load(self, page: Page) -> None:
        self.shown.add(page.release)
        for key in page.assets:
            start = time.monotonic()
            try:
                other = self.site.get(key)
            except MissingError as error:
                self.missing.append(f"{key}: {error}")
                continue
            self.seconds.append(time.monotonic() - start)
            if other != page.release:
                self.mixed.append((page.release, other))


def go_live(target: Target, site: Served, release: str) -> tuple[str | None, float]:
    """Make a release live; return the one before, and the seconds until the page is the new one."""
    start = time.monotonic()
    previous = releases.use(target, release).previous
    while site.page().release != release:
        time.sleep(0.005)
    return previous, time.monotonic() - start


def release_under_load(site: Served, target: Target) -> tuple[Readers, list[float]]:
    """Release and roll back while browsers read, and assert that no asset is missing or of another release.

    Returns:
        the readers, and the seconds until each release was live.
    """
    readers, seconds = Readers(site), list[float]()
    for _ in range(READERS // 2):
        readers.open(reloads=True)
    for number in range(1, RELEASES + 1):
        if number % (RELEASES // (READERS // 2)) == 1:
            readers.open(reloads=False)
        release = site.deploy(number)
        previous, took = go_live(target, site, release)
        seconds.append(took)
        if number % ROLLBACK_EVERY == 0 and previous:
            seconds.append(go_live(target, site, previous)[1])
            seconds.append(go_live(target, site, release)[1])
    readers.close()

    found = (readers.errors, readers.missing, readers.mixed)
    assert found == ([], [], []), found
    assert len(readers.shown) > RELEASES // 2
    assert len(readers.seconds) > RELEASES * READERS
    return readers, seconds
