"""Releases: the daily pruning of those that no host shows any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.site import Site
    from wiring.platform import Platform

SECONDS = 300
"""The timeout: a release takes less than a second to delete, and a run after a long pause deletes many."""


def wire(platform: Platform, site: Site) -> None:
    """Create the function and its schedule."""
    from components.releases import use_releases

    platform.schedule(
        "prune-releases",
        "cron(30 4 * * ? *)",
        "releases.prune",
        use_releases(site.bucket, site.store_arn, platform.settings.site.keep_releases_days),
        flexible_minutes=15,
        timeout=SECONDS,
    )
