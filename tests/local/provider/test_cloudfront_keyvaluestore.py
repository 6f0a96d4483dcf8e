"""The keys of CloudFront's key-value stores against the embedded cloud."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from provider.base import Properties
from provider.cloud import KEY_VALUE_STORE, Cloud
from provider.services.cloudfront.key_value_store import KeyValueStore
from provider.services.cloudfront_keyvaluestore.keyvaluestore_key import KeyvaluestoreKey
from tests.local.provider.lifecycle import exercise, expect_reads


def store(cloud: Cloud, name: str) -> str:
    """Create a key-value store, and return its ARN."""
    inputs = {"name": name}
    read = KeyValueStore().read(cloud, KeyValueStore().create(cloud, inputs), inputs) or {}
    return read["arn"]


def key(arn: str, name: str, value: str) -> Properties:
    """Return the inputs of a key."""
    return {"keyValueStoreArn": arn, "key": name, "value": value}


@pytest.mark.parametrize("name", ["default", "host:app.example.com"])
def test_key_create_read_update_delete(cloud: Cloud, name: str) -> None:
    """A key reads as it was written, before and after an update of its value."""
    arn = store(cloud, f"keys-{name.partition(':')[0]}")

    exercise(cloud, KeyvaluestoreKey(), key(arn, name, "one"), key(arn, name, "two"))


def test_write_of_an_old_version_is_refused(cloud: Cloud) -> None:
    """This is why a write reads the version first, and is repeated after a conflict."""
    arn = store(cloud, "keys-version")
    client = cloud.client(KEY_VALUE_STORE)
    stale = client.describe_key_value_store(KvsARN=arn)["ETag"]
    KeyvaluestoreKey().create(cloud, key(arn, "default", "one"))

    with pytest.raises(ClientError, match="ConflictException"):
        client.put_key(KvsARN=arn, Key="default", Value="two", IfMatch=stale)


def test_keys_are_written_at_the_same_time(cloud: Cloud) -> None:
    """Every write changes the version that the others name; each is kept."""
    arn = store(cloud, "keys-together")
    kind = KeyvaluestoreKey()
    inputs = [key(arn, f"host:{number}.example.com", "one") for number in range(4)]

    with ThreadPoolExecutor() as pool:
        created = list(pool.map(lambda each: kind.create(cloud, each), inputs))

    for resource_id, each in zip(created, inputs, strict=True):
        expect_reads(cloud, kind, resource_id, each)
