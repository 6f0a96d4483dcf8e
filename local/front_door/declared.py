"""Reads a deployed distribution, and all that it refers to, through CloudFront's API."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
    groups = {id_ for each in behaviors for id_ in items(each.get("TrustedKeyGroups"))}
    functions = {
        each["FunctionARN"] for behavior in behaviors for each in items(behavior.get("FunctionAssociations"))
    }
    return Declared(
        distribution,
        _policies(behaviors, client.get_cache_policy, "CachePolicy"),
        _policies(behaviors, client.get_origin_request_policy, "OriginRequestPolicy"),
        _policies(behaviors, client.get_response_headers_policy, "ResponseHeadersPolicy"),
        {group: _keys(client, group) for group in groups},
        {arn: _source(client, arn) for arn in functions},
    )


def _policies(behaviors: Iterable[dict[str, Any]], get: Callable[..., Any], kind: str) -> dict[str, Any]:
    """Return the configurations of the policies of a kind that behaviors have, by their ids."""
    ids = {behavior[f"{kind}Id"] for behavior in behaviors if behavior.get(f"{kind}Id")}
    return {id_: get(Id=id_)[kind][f"{kind}Config"] for id_ in ids}


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
