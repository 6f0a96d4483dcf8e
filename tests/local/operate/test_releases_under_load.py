"""Fifty releases go live while browsers load pages and assets: none is missing, and none mixes releases."""

from __future__ import annotations

import statistics

import pytest

from operate import releases
from operate.target import LOCAL, Target, find
from tests.local.operate.conftest import Stack
from tests.local.operate.readers import Readers, release_under_load
from tests.local.operate.site import Site, create

LIVE_SECONDS = 1.0
LIVE_READS = 20
"""On a busy machine a release may take as long as this number of reads: it needs 10 calls."""


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
    readers, seconds = release_under_load(site, target)

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
