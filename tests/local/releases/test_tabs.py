"""Releases at the front door: open tabs keep their assets, and no asset or API path gets a page."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator

import pytest

from tests.local.operate.conftest import Stack
from tests.local.platform import Platform
from tests.local.releases import pruning
from tests.local.releases.readers import Readers, Served, fetch, go_live, release_under_load

pytestmark = pytest.mark.exclusive
"""The releases of these tests replace the app."""

SLOWEST_READS = 40
"""On a busy machine a release may take as long as this number of reads: it needs 8 calls and a wait."""


NUMBERS = itertools.count(1_000)
"""A release of its own for each test: the front door caches assets, and errors for a while."""


@pytest.fixture
def site(platform: Platform) -> Iterator[Served]:
    """The platform's site with a release of this test; afterwards its own is live again."""
    outputs, own = platform.outputs, pruning.live(platform)
    stack = Stack(platform.cloud, platform.directory)
    site = Served(stack, outputs["siteBucket"], outputs["releaseStore"], platform)
    go_live(platform.operated, site, site.deploy(next(NUMBERS)))
    yield site
    site.set("default", own)


def test_missing_and_mixed_assets_are_noticed(site: Served) -> None:
    """The readers of the next test see what it relies on: a deleted asset, and one of another release."""
    page = site.page()
    site.s3.delete_object(Bucket=site.bucket, Key=page.assets[0])
    site.put(page.assets[1], "another release")
    readers = Readers(site)
    readers._load(page)

    assert [text.partition(":")[0] for text in readers.missing] == [page.assets[0]]
    assert readers.mixed == [(page.release, "another release")]


@pytest.mark.slow
def test_open_tabs_go_on_working_while_releases_go_live(site: Served, platform: Platform) -> None:
    """Half of the tabs never reload; a release and a rollback are live within a second."""
    readers, seconds = release_under_load(site, platform.operated)

    read = statistics.median(readers.seconds)
    print(f"\n{len(readers.seconds):,} assets; a release was live after {max(seconds):.2f} s at most")
    assert statistics.median(seconds) <= max(1.0, SLOWEST_READS * read)


@pytest.mark.parametrize("path", ["/assets/none.js", "/assets/0123456789ab/app.js", "/api/none"])
def test_no_asset_or_api_path_gets_a_page(platform: Platform, path: str) -> None:
    """The fallback is for pages only: a script that is missing is no HTML with status 200."""
    response = fetch(platform, path)

    assert response.status_code in (403, 404)
    assert "html" not in response.headers["Content-Type"]
