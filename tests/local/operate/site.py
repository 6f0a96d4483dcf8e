"""A bucket of releases and a key-value store in the embedded cloud, as the site's component declares them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from provider.cloud import KEY_VALUE_STORE
from tests.local.operate.conftest import Stack
from tests.release_objects import objects


@dataclass
class Site:
    """The releases of one stack.

    Attributes:
        stack: the stack, whose outputs name the bucket and the store.
        bucket: the bucket's name.
        store: the ARN of the key-value store.
    """

    stack: Stack
    bucket: str
    store: str

    @property
    def s3(self) -> Any:
        """The client of S3."""
        return self.stack.cloud.client("s3")

    @property
    def values(self) -> Any:
        """The client of key-value stores."""
        return self.stack.cloud.client(KEY_VALUE_STORE)

    def deploy(self, number: int) -> str:
        """Store a release as a deployment does, without making it live, and return its id."""
        release = hashlib.sha256(f"{self.bucket} {number}".encode()).hexdigest()[:12]
        for key, text in objects(release).items():
            self.put(key, text)
        return release

    def put(self, key: str, text: str) -> None:
        """Store an object."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=text.encode(), ContentType="text/plain")

    def get(self, key: str) -> str:
        """Return the text of an object."""
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read().decode()

    def pairs(self) -> dict[str, str]:
        """Return the items of the store."""
        pages = self.values.get_paginator("list_keys").paginate(KvsARN=self.store)
        return {item["Key"]: item["Value"] for page in pages for item in page["Items"]}

    def set(self, key: str, value: str) -> None:
        """Set a key, as a deployment does."""
        version = self.values.describe_key_value_store(KvsARN=self.store)["ETag"]
        self.values.put_key(KvsARN=self.store, Key=key, Value=value, IfMatch=version)


def create(stack: Stack) -> Site:
    """Create an empty bucket with versions and an empty store, and add them to the stack's outputs."""
    bucket = f"{stack.name}-site"
    s3 = stack.cloud.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    created = stack.cloud.client("cloudfront").create_key_value_store(Name=f"{stack.name}-releases")
    arn = created["KeyValueStore"]["ARN"]
    stack.outputs |= {"siteBucket": bucket, "releaseStore": arn}
    stack.save()
    return Site(stack, bucket, arn)
