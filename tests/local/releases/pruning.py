"""Releases in the platform's bucket, and runs of the function that prunes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from provider.cloud import KEY_VALUE_STORE
from tests.local.platform import Platform
from tests.release_objects import objects

LONG = timedelta(days=60)
"""After this time every release that is neither live nor the newest is deleted."""


def deploy(platform: Platform, release: str) -> list[str]:
    """Store a release that no host shows, and return its keys."""
    stored = objects(release)
    for key, text in stored.items():
        client(platform).put_object(Bucket=bucket(platform), Key=key, Body=text.encode())
    return list(stored)


def prune(platform: Platform, after: timedelta) -> None:
    """Run the function as the schedule will after some time; S3 has no older objects."""
    platform.invoke("releases-prune", {"time": (datetime.now(UTC) + after).isoformat()})


@contextmanager
def unused_release(platform: Platform) -> Iterator[tuple[list[str], list[str]]]:
    """Store two releases that no host shows, the second newer; yield their keys, and delete the second."""
    old = deploy(platform, f"0{uuid4().hex[:11]}")
    newest = deploy(platform, f"f{uuid4().hex[:11]}")
    yield old, newest
    for key in newest:
        client(platform).delete_object(Bucket=bucket(platform), Key=key)


def keys(platform: Platform) -> set[str]:
    """Return the keys of all objects in the bucket."""
    pages = client(platform).get_paginator("list_objects_v2").paginate(Bucket=bucket(platform))
    return {item["Key"] for page in pages for item in page.get("Contents", [])}


def live(platform: Platform) -> str:
    """Return the live release, as the store has it."""
    found = platform.cloud.client(KEY_VALUE_STORE).get_key(
        KvsARN=platform.outputs["releaseStore"], Key="default"
    )
    return found["Value"]


def client(platform: Platform) -> Any:
    """Return the client of S3."""
    return platform.cloud.client("s3")


def bucket(platform: Platform) -> str:
    """Return the name of the site's bucket."""
    return platform.outputs["siteBucket"]
