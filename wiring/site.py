"""The site: the public address, the app behind it, and the app's releases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from components.realtime import Realtime
    from components.site import Edge, Release
    from wiring.domain import Front
    from wiring.platform import Platform

ROOT = Path(__file__).parents[1]


class Files(NamedTuple):
    """The files of the site.

    Attributes:
        release: the app in `frontend/`.
        edge: the functions in `edge/`.
    """

    release: Release
    edge: Edge


def read() -> Files:
    """Read the site's files, before any resource is registered.

    Raises:
        RunError: with one line that names the file.
    """
    from components.site import Edge, Release

    return Files(Release.read(ROOT / "frontend"), Edge.read(ROOT / "edge"))


def wire(platform: Platform, files: Files, gateway: Realtime, front: Front) -> None:
    """Create the bucket, the distribution, the release and the DNS records, and set the public address."""
    import pulumi

    from components.site import Site

    settings = platform.settings
    site = Site(
        "site",
        *files,
        platform.api,
        gateway,
        platform.access_logs,
        settings,
        aliases=front.aliases,
        certificate=front.certificate,
        web_acl=front.web_acl,
        redirects=front.redirects,
    )
    front.point_to(site.domain_name, site.hosted_zone)
    address = settings.url or settings.domain.address
    platform.set_address(address or pulumi.Output.concat("https://", site.domain_name))
    platform.export(
        distributionId=site.distribution_id,
        siteBucket=site.bucket.bucket_name,
        releaseStore=site.store_arn,
    )
