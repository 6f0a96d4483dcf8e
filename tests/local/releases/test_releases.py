"""Releases on the whole platform: the declared bucket, the declared store, the function and the commands."""

from __future__ import annotations

import pytest

from tests.local.platform import Platform
from tests.local.releases import pruning

pytestmark = pytest.mark.exclusive
"""A run deletes every release that is neither live nor the newest."""


def test_pruning_keeps_what_is_live_and_deletes_what_is_unused(platform: Platform) -> None:
    """The function reads the store with SigV4A and its own role, which the emulator verifies."""
    live = pruning.live(platform)
    with pruning.unused_release(platform) as (old, newest):
        before = pruning.keys(platform)
        pruning.prune(platform, pruning.LONG)
        after = pruning.keys(platform)

    assert before - after >= set(old)
    assert set(newest) <= after
    assert {key for key in before if live in key} <= after
    assert [key for key in after if live in key]


def test_young_releases_stay(platform: Platform) -> None:
    """A run of today deletes none."""
    with pruning.unused_release(platform):
        before = pruning.keys(platform)
        platform.invoke("releases-prune", {})
        assert pruning.keys(platform) == before
        pruning.prune(platform, pruning.LONG)


def test_deployed_release_is_listed_as_live(platform: Platform) -> None:
    """The stack's outputs name the bucket and the store; the deployed release is complete."""
    (found,) = [item for item in platform.operate("releases", "list") if "default" in item["hosts"]]

    assert found["id"] == pruning.live(platform)
    assert found["complete"]
    assert found["assets"] > 0


def test_release_and_rollback(platform: Platform) -> None:
    """The previous release is in the output, and is live again."""
    live = pruning.live(platform)
    with pruning.unused_release(platform) as (_, newest):
        release = newest[0].split("/")[1]
        used = platform.operate("releases", "use", release)
        assert used == {"host": "default", "id": release, "previous": live}
        assert pruning.live(platform) == release
        assert platform.operate("releases", "use", live)["previous"] == release
        pruning.prune(platform, pruning.LONG)
    assert pruning.live(platform) == live
