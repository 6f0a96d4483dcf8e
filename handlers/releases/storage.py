"""The bucket of releases and the key-value store with the names of those that are live.

The store is the only source of which release is live: deployments and `python -m operate releases` write it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.kit import aws
from handlers.kit.environment import variable
from handlers.releases import renewal
from handlers.releases.models import PAGES, Release, pointers_of, releases_of

_MAX_DELETED = 100
"""The number of keys in a request: S3 takes 1,000, but the client waits for 2 seconds only."""


def releases() -> list[Release]:
    """Return all releases, newest first."""
    return releases_of(_objects(PAGES))


def pointers() -> dict[str, str]:
    """Return the ids of the releases that are live, by key."""
    from handlers.kit import sigv4a  # late: it imports the SDK

    sigv4a.install()
    pages: Any = aws.client("cloudfront-keyvaluestore").get_paginator("list_keys")
    found: Any = pages.paginate(KvsARN=variable("RELEASE_STORE")).build_full_result()
    return pointers_of(found["Items"])


def renew(release: Release) -> None:
    """Record that a release is in use now."""
    renewal.renew(aws.client("s3"), variable("RELEASES_BUCKET"), release.manifest)


def delete(release: Release) -> None:
    """Delete a release's objects, its page last: the next run finds the rest of an interrupted deletion.

    The page has a request of its own: of several objects S3 may delete only some. The bucket keeps the
    versions until its lifecycle rule deletes them; until then they can be restored.

    Raises:
        ExceptionGroup: objects that S3 did not delete.
    """
    keys = [item["Key"] for folder in release.folders for item in _objects(folder)]
    others = [key for key in keys if key != release.page]
    for start in range(0, len(others), _MAX_DELETED):
        _delete(others[start : start + _MAX_DELETED])
    _delete([release.page])


def _delete(keys: Sequence[str]) -> None:
    done: Any = aws.client("s3").delete_objects(
        Bucket=variable("RELEASES_BUCKET"),
        Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True},
    )
    if errors := done.get("Errors"):
        reasons = [OSError(f"{each['Key']}: {each['Code']}: {each['Message']}") for each in errors]
        raise ExceptionGroup(f"{len(errors)} of {len(keys)} objects were not deleted", reasons)


def _objects(prefix: str) -> list[dict[str, Any]]:
    pages: Any = aws.client("s3").get_paginator("list_objects_v2")
    found: Any = pages.paginate(Bucket=variable("RELEASES_BUCKET"), Prefix=prefix).build_full_result()
    return found.get("Contents", [])
