"""Reads a deployed distribution, and all that it refers to, through CloudFront's API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from local.front_door.plan import Declared, Source, items
from provider.cloud import Cloud


class NotDeployedError(Exception):
    """There is no distribution yet."""


def read(cloud: Cloud, distribution_id: str) -> Declared:
    """Return a deployed distribution.

    Raises:
        NotDeployedError: if it does not exist.
        ClientError: of botocore, if something that it refers to does not exist.
        BotoCoreError: if the emulator does not respond.
    """
    client = cloud.client("cloudfront")
    try:
        distribution = client.get_distribution(Id=distribution_id)["Distribution"]
    except client.exceptions.NoSuchDistribution:
        raise NotDeployedError from None
    config = distribution["DistributionConfig"]
    behaviors = [*items(config.get("CacheBehaviors")), config["DefaultCacheBehavior"]]
    return Declared(
        distribution,
        {
            id_: client.get_cache_policy(Id=id_)["CachePolicy"]["CachePolicyConfig"]
            for id_ in _ids(behaviors, "CachePolicyId")
        },
        {
            id_: client.get_origin_request_policy(Id=id_)["OriginRequestPolicy"]["OriginRequestPolicyConfig"]
            for id_ in _ids(behaviors, "OriginRequestPolicyId")
        },
        {
            id_: client.get_response_headers_policy(Id=id_)["ResponseHeadersPolicy"][
                "ResponseHeadersPolicyConfig"
            ]
            for id_ in _ids(behaviors, "ResponseHeadersPolicyId")
        },
        {id_: _keys(client, id_) for each in behaviors for id_ in items(each.get("TrustedKeyGroups"))},
        {
            each["FunctionARN"]: _source(client, each["FunctionARN"])
            for behavior in behaviors
            for each in items(behavior.get("FunctionAssociations"))
        },
    )


def _ids(behaviors: Iterable[dict[str, Any]], name: str) -> set[str]:
    return {behavior[name] for behavior in behaviors if behavior.get(name)}


def _keys(client: Any, group: str) -> dict[str, str]:
    """Return the PEM of the public keys of a key group, by their ids."""
    return {
        id_: client.get_public_key(Id=id_)["PublicKey"]["PublicKeyConfig"]["EncodedKey"]
        for id_ in client.get_key_group(Id=group)["KeyGroup"]["KeyGroupConfig"]["Items"]
    }


def _source(client: Any, arn: str) -> Source:
    """Return the published code of a function, and its key-value store."""
    name = arn.rpartition("/")[2]
    summary = client.describe_function(Name=name, Stage="LIVE")["FunctionSummary"]
    code: bytes = client.get_function(Name=name, Stage="LIVE")["FunctionCode"].read()
    stores = items(summary["FunctionConfig"].get("KeyValueStoreAssociations"))
    return Source(code.decode(), stores[0]["KeyValueStoreARN"] if stores else None)
