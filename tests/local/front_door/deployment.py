"""A distribution in the embedded cloud, created through CloudFront's API, behind a front door."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp

from local.front_door.deployed import Deployed
from local.front_door.proxy import Proxy
from local.machine.files import write_atomically
from local.machine.ports import free_port
from provider.cloud import KEY_VALUE_STORE, Cloud
from tests.unit.front_door import distribution

RUNTIME = "cloudfront-js-2.0"


@dataclass
class Site:
    """A bucket, a key-value store and a distribution, with unique names.

    Attributes:
        cloud: the embedded cloud.
        directory: the folder of the outputs that the front door reads.
    """

    cloud: Cloud
    directory: Path
    name: str = field(default_factory=lambda: f"site-{uuid4().hex[:12]}")
    arn: str = ""

    def __post_init__(self) -> None:
        self.cloud.client("s3").create_bucket(Bucket=self.name)
        port = int(self.cloud.endpoint.rpartition(":")[2])
        (self.directory / "emulator.json").write_text(json.dumps({"port": port}))

    @property
    def cloudfront(self) -> Any:
        return self.cloud.client("cloudfront")

    @property
    def outputs(self) -> Path:
        return self.directory / "outputs.json"

    def bucket(self) -> dict[str, Any]:
        """Return the bucket as an origin with access control."""
        control = self.cloudfront.create_origin_access_control(
            OriginAccessControlConfig={
                "Name": uuid4().hex,
                "SigningProtocol": "sigv4",
                "SigningBehavior": "always",
                "OriginAccessControlOriginType": "s3",
            }
        )["OriginAccessControl"]["Id"]
        return distribution.origin(
            "app", f"{self.name}.s3.us-east-1.amazonaws.com", OriginAccessControlId=control
        )

    def put(self, key: str, body: bytes, media_type: str, control: str) -> None:
        """Store an object."""
        options = {"ContentType": media_type, "CacheControl": control}
        self.cloud.client("s3").put_object(Bucket=self.name, Key=key, Body=body, **options)

    def allow(self, arn: str | None = None) -> None:
        """Allow only a distribution to read the bucket; by default this one."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{self.name}/*",
            "Condition": {"StringEquals": {"AWS:SourceArn": arn or self.arn}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.cloud.client("s3").put_bucket_policy(Bucket=self.name, Policy=policy)

    def store(self) -> str:
        """Create a key-value store and return its ARN, which ends with the name and must be a UUID on AWS."""
        return self.cloudfront.create_key_value_store(Name=str(uuid4()))["KeyValueStore"]["ARN"]

    def function(self, source: str, store: str | None = None) -> str:
        """Publish a function and return its ARN."""
        stores = [{"KeyValueStoreARN": store}] if store else []
        config = {"Comment": "", "Runtime": RUNTIME} | (
            {"KeyValueStoreAssociations": distribution.listed(stores)} if stores else {}
        )
        name = f"function-{uuid4().hex}"
        created = self.cloudfront.create_function(
            Name=name, FunctionConfig=config, FunctionCode=source.encode()
        )
        self.cloudfront.publish_function(Name=name, IfMatch=created["ETag"])
        return created["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]

    def key_group(self, pem: str) -> tuple[str, str]:
        """Create a public key and a group with it; return the ids of both."""
        config = {"CallerReference": uuid4().hex, "Name": uuid4().hex, "EncodedKey": pem}
        key = self.cloudfront.create_public_key(PublicKeyConfig=config)["PublicKey"]["Id"]
        group = self.cloudfront.create_key_group(KeyGroupConfig={"Name": uuid4().hex, "Items": [key]})
        return key, group["KeyGroup"]["Id"]

    def deploy(self, config: dict[str, Any]) -> None:
        """Create a distribution and write it to the outputs."""
        config["CallerReference"] = uuid4().hex
        created = self.cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
        self.arn = created["ARN"]
        write_atomically(self.outputs, json.dumps({"distributionId": created["Id"]}))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[aiohttp.ClientSession]:
        """Serve the distribution, and yield a session to it that shows bodies as they were sent."""
        port = free_port()
        async with Proxy(lambda session: Deployed(self.outputs, session)).listening(port):
            address = f"http://localhost:{port}"
            async with aiohttp.ClientSession(address, auto_decompress=False) as session:
                yield session


def put_key(cloud: Cloud, store: str, key: str, value: str) -> None:
    """Set the value of a key in a key-value store."""
    client = cloud.client(KEY_VALUE_STORE)
    version = client.describe_key_value_store(KvsARN=store)["ETag"]
    client.put_key(KvsARN=store, Key=key, Value=value, IfMatch=version)
