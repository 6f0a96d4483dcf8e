"""Distributions in the shape of CloudFront's API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from local.front_door.plan import Declared, Source

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""The ids of managed policies."""

READ = ("GET", "HEAD")
ALL = ("GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE")

ARN = "arn:aws:cloudfront::000000000000:distribution/E1"
FUNCTION = "arn:aws:cloudfront::000000000000:function/"


def listed(values: Sequence[Any]) -> dict[str, Any]:
    """Return a list as CloudFront's API has it."""
    return {"Quantity": len(values), "Items": list(values)} if values else {"Quantity": 0}


def none(prefix: str, behavior: str = "none") -> dict[str, str]:
    return {f"{prefix}Behavior": behavior}


def cached(shortest: int, default: int, longest: int, *, gzip: bool) -> dict[str, Any]:
    """Return a cache policy without anything of the request in its key."""
    return {
        "Name": "Cached",
        "MinTTL": shortest,
        "DefaultTTL": default,
        "MaxTTL": longest,
        "ParametersInCacheKeyAndForwardedToOrigin": {
            "EnableAcceptEncodingGzip": gzip,
            "EnableAcceptEncodingBrotli": gzip,
            "HeadersConfig": none("Header"),
            "CookiesConfig": none("Cookie"),
            "QueryStringsConfig": none("QueryString"),
        },
    }


CACHE_POLICIES = {
    CACHING_DISABLED: cached(0, 0, 0, gzip=False),
    CACHING_OPTIMIZED: cached(1, 86_400, 31_536_000, gzip=True),
}

REQUEST_POLICIES = {
    ALL_VIEWER_EXCEPT_HOST: {
        "Name": "Managed-AllViewerExceptHostHeader",
        "HeadersConfig": {"HeaderBehavior": "allExcept", "Headers": listed(["host"])},
        "CookiesConfig": none("Cookie", "all"),
        "QueryStringsConfig": none("QueryString", "all"),
    }
}


def origin(name: str, domain: str, **fields: Any) -> dict[str, Any]:
    """Return an origin: a bucket, an API, or with `port` a server on this computer."""
    found = {
        "Id": name,
        "DomainName": domain,
        "OriginPath": "",
        "CustomHeaders": {"Quantity": 0},
        "ConnectionAttempts": 3,
        "ConnectionTimeout": 10,
    }
    if ".s3." in domain:
        return found | {"S3OriginConfig": {"OriginAccessIdentity": ""}} | fields
    port = fields.pop("port", None)
    custom = {
        "HTTPPort": port or 80,
        "HTTPSPort": 443,
        "OriginProtocolPolicy": "http-only" if port else "https-only",
        "OriginSslProtocols": listed(["TLSv1.2"]),
        "OriginReadTimeout": fields.pop("seconds", 30),
        "OriginKeepaliveTimeout": 5,
    }
    return found | {"CustomOriginConfig": custom} | fields


def behavior(target: str, pattern: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a cache behavior; by default it passes everything on and caches nothing."""
    methods = listed(fields.pop("methods", ALL))
    functions = fields.pop("functions", {})
    associations = [{"EventType": name, "FunctionARN": arn} for name, arn in functions.items()]
    groups = fields.pop("groups", ())
    found = {
        "TargetOriginId": target,
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": methods | {"CachedMethods": listed(READ)},
        "SmoothStreaming": False,
        "Compress": False,
        "TrustedSigners": {"Enabled": False, "Quantity": 0},
        "TrustedKeyGroups": {"Enabled": bool(groups)} | listed(groups),
        "LambdaFunctionAssociations": {"Quantity": 0},
        "FunctionAssociations": listed(associations),
        "FieldLevelEncryptionId": "",
        "CachePolicyId": CACHING_DISABLED,
        "OriginRequestPolicyId": ALL_VIEWER_EXCEPT_HOST,
    }
    if pattern is not None:
        found["PathPattern"] = pattern
    return found | fields


def cached_behavior(target: str, pattern: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a cache behavior for files: GET and HEAD, cached and compressed."""
    found = behavior(target, pattern, **{"methods": READ, "Compress": True} | fields)
    found |= {"CachePolicyId": fields.get("CachePolicyId", CACHING_OPTIMIZED)}
    if "OriginRequestPolicyId" not in fields:
        del found["OriginRequestPolicyId"]
    return found


def config(origins: Sequence[dict[str, Any]], behaviors: Sequence[dict[str, Any]], **fields: Any) -> Any:
    """Return a `DistributionConfig`; the last behavior is the default one."""
    return {
        "CallerReference": "test",
        "Aliases": {"Quantity": 0},
        "DefaultRootObject": "",
        "Origins": listed(origins),
        "OriginGroups": {"Quantity": 0},
        "DefaultCacheBehavior": behaviors[-1],
        "CacheBehaviors": listed(behaviors[:-1]),
        "CustomErrorResponses": {"Quantity": 0},
        "Comment": "",
        "Enabled": True,
    } | fields


def declared(
    given: Any,
    header_policies: Mapping[str, Any] | None = None,
    keys: Mapping[str, Mapping[str, str]] | None = None,
    functions: Mapping[str, Source] | None = None,
    cache_policies: Mapping[str, Any] | None = None,
    request_policies: Mapping[str, Any] | None = None,
) -> Declared:
    """Return a deployed distribution with a configuration, and what it refers to."""
    return Declared(
        {"Id": "E1", "ARN": ARN, "DomainName": "d1.cloudfront.net", "DistributionConfig": given},
        CACHE_POLICIES | dict(cache_policies or {}),
        REQUEST_POLICIES | dict(request_policies or {}),
        header_policies or {},
        keys or {},
        {f"{FUNCTION}{name}": source for name, source in (functions or {}).items()},
    )
