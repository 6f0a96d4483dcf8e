"""The layout of releases in the bucket, and of their names in the key-value store.

Bucket:
    releases/<id>/index.html      the page
    releases/<id>/release.json    `{"id": ..., "assets": [keys]}`; written again daily while it is live
    assets/<id>/...               what the page loads

Key-value store:
    default                       the id of the live release
    host:<host>                   the id of the release that one host name shows, a preview
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

PAGES = "releases/"
ASSETS = "assets/"
PAGE = "index.html"
MANIFEST = "release.json"

DEFAULT = "default"
HOST = "host:"

_ID = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True)
class Release:
    """A release in the bucket.

    Attributes:
        id: 12 hexadecimal digits, a hash of the contents.
        created: when its page was written.
        used: when its `release.json` was written, which happens daily while it is live; None without one: the
            release is being deployed or deleted.
    """

    id: str
    created: datetime
    used: datetime | None = None

    @property
    def page(self) -> str:
        """The key of its page: the release exists as long as its page does."""
        return f"{PAGES}{self.id}/{PAGE}"

    @property
    def manifest(self) -> str:
        """The key of its `release.json`."""
        return f"{PAGES}{self.id}/{MANIFEST}"

    @property
    def folders(self) -> tuple[str, str]:
        """The prefixes of its objects."""
        return f"{ASSETS}{self.id}/", f"{PAGES}{self.id}/"


def releases_of(objects: Iterable[Mapping[str, Any]]) -> list[Release]:
    """Return the releases that have a page, newest first, of the objects that S3 lists."""
    pages: dict[str, Release] = {}
    manifests: dict[str, datetime] = {}
    for item in objects:
        folder, _, name = str(item["Key"]).removeprefix(PAGES).partition("/")
        if not _ID.fullmatch(folder):
            continue
        if name == PAGE:
            pages[folder] = Release(folder, item["LastModified"])
        elif name == MANIFEST:
            manifests[folder] = item["LastModified"]
    found = (replace(each, used=manifests.get(each.id)) for each in pages.values())
    return sorted(found, key=lambda release: (release.created, release.id), reverse=True)


def pointers_of(items: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return the ids of releases by key, of the items of KeyValueStore's ListKeys; it has other keys too."""
    return {
        item["Key"]: item["Value"] for item in items if item["Key"] == DEFAULT or item["Key"].startswith(HOST)
    }
