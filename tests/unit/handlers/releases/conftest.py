"""A bucket of releases in moto, and a fake of the key-value store, which moto lacks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from moto.s3.models import s3_backends

from handlers.kit import aws as kit
from handlers.kit import sigv4a
from handlers.releases.models import MANIFEST
from tests.release_objects import objects

NOW = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
STORE = "arn:aws:cloudfront::123456789012:key-value-store/0badcafe"
CACHE = "public, max-age=60"


class Ok(NamedTuple):
    """The part of an HTTP response that the SDK reads."""

    status_code: int = 200


class Site:
    """Releases in a bucket with versions, and their names in a store.

    Attributes:
        s3: the client of S3.
        bucket: the bucket's name, unique since moto's buckets outlive a test.
        keys: the items of the key-value store.
        reads: the number of times that the store was read.
    """

    def __init__(self) -> None:
        self.s3: Any = kit.client("s3")
        self.bucket = f"site-{uuid4()}"
        self.keys: dict[str, str] = {}
        self.reads = 0

    def deploy(self, release: str, age: float, used: float | None = None) -> None:
        """Store a release that was created and last in use some days ago."""
        for key, text in objects(release).items():
            written = used if key.endswith(MANIFEST) and used is not None else age
            self.put(key, text.encode(), written)

    def put(self, key: str, body: bytes, age: float) -> None:
        """Store an object as if some days ago; S3 has no such parameter."""
        self.s3.put_object(
            Bucket=self.bucket, Key=key, Body=body, ContentType="application/json", CacheControl=CACHE
        )
        stored: Any = s3_backends["123456789012"]["aws"].buckets[self.bucket].keys[key]
        stored.last_modified = (NOW - timedelta(days=age)).replace(tzinfo=None)

    def objects(self) -> dict[str, datetime]:
        """Return when each current object was written."""
        listed = self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {item["Key"]: item["LastModified"] for item in listed}

    def ids(self) -> set[str]:
        """Return the ids of which any object is left."""
        return {key.split("/")[1] for key in self.objects()}

    def respond(self, params: Any, **_: Any) -> tuple[Ok, dict[str, Any]]:
        """Return one key on each page, as the store may."""
        self.reads += 1
        names = sorted(self.keys)
        start = int(params["query_string"].get("NextToken", 0))
        items = [{"Key": name, "Value": self.keys[name]} for name in names[start : start + 1]]
        more = {"NextToken": str(start + 1)} if start + 1 < len(names) else {}
        return Ok(), {"Items": items, **more}


@pytest.fixture
def site(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An empty bucket with versions, and an empty store."""
    monkeypatch.setenv("RELEASE_STORE", STORE)
    monkeypatch.setenv("KEEP_RELEASES_DAYS", "30")
    sigv4a.install()
    created = Site()
    monkeypatch.setenv("RELEASES_BUCKET", created.bucket)
    created.s3.create_bucket(Bucket=created.bucket)
    created.s3.put_bucket_versioning(Bucket=created.bucket, VersioningConfiguration={"Status": "Enabled"})
    events = kit.client("cloudfront-keyvaluestore").meta.events
    events.register("before-call.cloudfront-keyvaluestore.ListKeys", created.respond)
    yield created
    events.unregister("before-call.cloudfront-keyvaluestore.ListKeys", created.respond)
