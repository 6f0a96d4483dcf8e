"""The data API of key-value stores: the emulator verifies SigV4A signatures and permissions."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from boto3.session import Session
from botocore.exceptions import ClientError

from handlers.kit import sigv4a
from provider.cloud import KEY_VALUE_STORE, Cloud, endpoint_of


@pytest.fixture
def store(cloud: Cloud) -> str:
    """The ARN of a store with one key, which the root credentials have set."""
    created = cloud.client("cloudfront").create_key_value_store(Name=f"s{uuid4().hex}")
    arn, client = created["KeyValueStore"]["ARN"], cloud.client(KEY_VALUE_STORE)
    version = client.describe_key_value_store(KvsARN=arn)["ETag"]
    client.put_key(KvsARN=arn, Key="default", Value="0123456789ab", IfMatch=version)
    return arn


@pytest.fixture
def user(cloud: Cloud) -> str:
    """The name of an IAM user without permissions."""
    name = f"u{uuid4().hex}"
    cloud.client("iam").create_user(UserName=name)
    return name


def client_of(cloud: Cloud, user: str, *, secret: str | None = None) -> Any:
    """Return a client that signs with SigV4A and a new access key of a user."""
    sigv4a.install()
    key = cloud.client("iam").create_access_key(UserName=user)["AccessKey"]
    session = Session(key["AccessKeyId"], secret or key["SecretAccessKey"], region_name=cloud.region)
    return session.client(KEY_VALUE_STORE, endpoint_url=endpoint_of(KEY_VALUE_STORE, cloud.endpoint))


def allow(cloud: Cloud, user: str, action: str, store: str) -> None:
    """Give a user one permission on a store."""
    statement = {"Effect": "Allow", "Action": action, "Resource": store}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    cloud.client("iam").put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy)


def refusal(client: Any, store: str) -> str:
    """Return the code of the error of a refused ListKeys."""
    with pytest.raises(ClientError) as caught:
        client.list_keys(KvsARN=store)
    return caught.value.response.get("Error", {}).get("Code", "")


def test_signature_is_verified(cloud: Cloud, store: str, user: str) -> None:
    """Permissions do not help with a wrong secret, and the right one passes."""
    allow(cloud, user, "cloudfront-keyvaluestore:ListKeys", store)

    forged = refusal(client_of(cloud, user, secret="x" * 40), store)
    assert forged in ("SignatureDoesNotMatch", "InvalidSignatureException")
    found = client_of(cloud, user).list_keys(KvsARN=store, MaxResults=50)
    assert found["Items"] == [{"Key": "default", "Value": "0123456789ab"}]


def test_permission_is_required(cloud: Cloud, store: str, user: str) -> None:
    """Each action on the store's own ARN is a permission of its own."""
    client = client_of(cloud, user)
    assert refusal(client, store) in ("AccessDenied", "AccessDeniedException")

    allow(cloud, user, "cloudfront-keyvaluestore:ListKeys", store)
    assert client.list_keys(KvsARN=store)["Items"]
    with pytest.raises(ClientError, match=r"AccessDenied.*cloudfront-keyvaluestore:PutKey"):
        client.put_key(KvsARN=store, Key="default", Value="x", IfMatch="1")
    allow(cloud, user, "cloudfront-keyvaluestore:ListKeys", f"{store}x")
    assert refusal(client, store) in ("AccessDenied", "AccessDeniedException")
