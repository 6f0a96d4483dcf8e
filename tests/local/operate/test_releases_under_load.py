"""Fifty releases go live while browsers load pages and assets: none is missing, and none mixes releases."""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import dataclass, field

import pytest
from botocore.exceptions import ClientError

from operate import releases
from operate.target import LOCAL, Target, find
from tests.local.operate.conftest import Stack
from tests.local.operate.site import Page, Site, create

RELEASES = 50
READERS = 20
ROLLBACK_EVERY = 10
LIVE_SECONDS = 1.0
LIVE_READS = 20
"""On a busy machine a release may take as long as this number of reads: it needs 10 calls."""

PAUSE_SECONDS = 0.02


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

    site: Site
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
            except ClientError as error:
                self.missing.append(f"{key}: {error}")
                continue
            self.seconds.append(time.monotonic() - start)
            if other != page.release:
                self.mixed.append((page.release, other))


@pytest.fixture
def site(stack: Stack) -> Site:
    """A site with one live release."""
    site = create(stack)
    site.set("default", site.deploy(0))
    return site


@pytest.fixture
def target(site: Site) -> Target:
    """The stack as the commands find it."""
    return find(LOCAL, site.stack.directory)


def go_live(target: Target, site: Site, release: str) -> tuple[str | None, float]:
    """Make a release live; return the one before, and the seconds until the page is the new one."""
    start = time.monotonic()
    previous = releases.use(target, release).previous
    while site.page().release != release:
        time.sleep(0.005)
    return previous, time.monotonic() - start


def test_missing_and_mixed_assets_are_noticed(site: Site) -> None:
    """The readers of the next test see what it relies on: a deleted asset, and one of another release."""
    page = site.page()
    site.s3.delete_object(Bucket=site.bucket, Key=page.assets[0])
    site.put(page.assets[1], "another release")
    readers = Readers(site)
    readers._load(page)

    assert [text.partition(":")[0] for text in readers.missing] == [page.assets[0]]
    assert readers.mixed == [(page.release, "another release")]
    assert len(readers.seconds) == len(page.assets) - 1


@pytest.mark.slow
def test_releases_go_live_under_load(site: Site, target: Target) -> None:
    """Tabs of all releases go on working; releases and rollbacks are live within a second."""
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

    assert (readers.errors, readers.missing, readers.mixed) == ([], [], [])
    assert len(readers.shown) > RELEASES // 2
    assert len(readers.seconds) > RELEASES * READERS
    read = statistics.median(readers.seconds)
    assert statistics.median(seconds) <= max(LIVE_SECONDS, LIVE_READS * read)


@pytest.mark.slow
def test_release_changes_objects_and_one_key(site: Site, target: Target) -> None:
    """No other key changes, and no object of another release."""
    first = site.page().release
    before, keys = versions(site), site.pairs()
    second = site.deploy(1)
    releases.use(target, second)
    changed = {key for key, ids in versions(site).items() if ids != before.get(key)}

    assert all(key.split("/")[1] == second for key in changed)
    assert site.pairs() == {**keys, "default": second}
    assert first != second


def versions(site: Site) -> dict[str, list[str]]:
    """Return the versions of each object."""
    found: dict[str, list[str]] = {}
    for version in site.s3.list_object_versions(Bucket=site.bucket)["Versions"]:
        found.setdefault(version["Key"], []).append(version["VersionId"])
    return found
