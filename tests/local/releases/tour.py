"""Requests that use every permission of the releases function."""

from __future__ import annotations

from tests.local.platform import Platform
from tests.local.releases.pruning import LONG, prune, unused_release


def tour(platform: Platform) -> None:
    """Renew the live release, and delete an unused one."""
    with unused_release(platform):
        prune(platform, LONG)
