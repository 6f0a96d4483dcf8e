"""The plan: a deployed distribution as the front door needs it, made from its configuration.

It decides everything that does not depend on a request. A part of CloudFront that the front door does not
have is an error, so that no declaration is silently ignored. Some parts mean nothing for plain HTTP on one
computer and are ignored: the viewer certificate, protocol policies, HTTP versions, price class, geo
restriction, logging and the web ACL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import unquote

from local.front_door.patterns import matches
from local.front_door.policies import (
    CachePolicy,
    Config,
    Parameters,
    ResponseHeaders,
    UnsupportedError,
    cache_policy,
    parameters,
    response_headers,
)

VIEWER_REQUEST = "viewer-request"
VIEWER_RESPONSE = "viewer-response"

ERROR_SECONDS = 10
"""How long CloudFront caches an error by default."""

S3_DOMAIN = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9.-]+)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com")
API_DOMAIN = re.compile(r"(?P<api>[a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com")

LOCAL_HOSTS = ("localhost", "*.localhost", "127.0.0.1", "[::1]")
"""Names of this computer, at which the front door serves every distribution."""

UNRESERVED = re.compile(r"%(?:2[DE]|3\d|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])", re.IGNORECASE)
"""Percent-encoded characters that mean the same as the characters themselves (RFC 3986, 2.3)."""


class OriginKind(Enum):
    """What an origin is, which decides how the front door reaches it."""

    BUCKET = "an S3 bucket"
    API = "an API of API Gateway"
    CUSTOM = "any other HTTP server"


@dataclass(frozen=True)
class Origin:
    """A server that responses come from.

    Attributes:
        domain: its domain name.
        kind: what it is.
        address: a custom origin's scheme, host and port; an API's id; a bucket's name.
        path: the prefix of all paths.
        headers: the headers that each request gets.
        seconds: the read timeout.
        signed: whether requests are signed for an origin access control.
    """

    domain: str
    kind: OriginKind
    address: str
    path: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    seconds: float = 30.0
    signed: bool = False


@dataclass(frozen=True)
class Source:
    """A CloudFront Function.

    Attributes:
        code: the JavaScript.
        store: the ARN of its key-value store, if it has one.
    """

    code: str
    store: str | None = None


@dataclass(frozen=True)
class Behavior:
    """A cache behavior.

    Attributes:
        pattern: the paths that it serves; `*` for the default one.
        origin: the origin of its responses.
        methods: the methods that it allows.
        cache: the cache policy.
        forwarded: the parts of a request that reach the origin besides those in the cache key.
        headers: the response headers policy.
        compress: whether responses are compressed.
        functions: the sources of its functions by the type of event.
        keys: the PEM of the public keys that may have signed a request, by id; None if anyone may read.
    """

    pattern: str
    origin: Origin
    methods: frozenset[str]
    cache: CachePolicy = field(default_factory=CachePolicy)
    forwarded: Parameters = field(default_factory=Parameters)
    headers: ResponseHeaders = field(default_factory=ResponseHeaders)
    compress: bool = False
    functions: Mapping[str, Source] = field(default_factory=dict[str, Source])
    keys: Mapping[str, str] | None = None

    def matches(self, path: str) -> bool:
        """Return whether it serves a normalized path."""
        return matches(self.pattern, path)

    def forwards(self, header: str) -> bool:
        """Return whether a request header reaches the origin; the name is in lower case."""
        return header in self.cache.key.headers or header in self.forwarded.headers


@dataclass(frozen=True)
class Plan:
    """A distribution.

    Attributes:
        id, arn, domain: its id, its ARN and its domain name of CloudFront.
        behaviors: the cache behaviors in order; the default one is last.
        aliases: its alternate domain names.
        root: the default root object, or an empty string.
        error_seconds: how long errors are cached, by status.
    """

    id: str
    arn: str
    domain: str
    behaviors: tuple[Behavior, ...]
    aliases: tuple[str, ...] = ()
    root: str = ""
    error_seconds: Mapping[int, int] = field(default_factory=dict[int, int])

    def behavior(self, path: str) -> Behavior | None:
        """Return the first behavior that serves a raw path; None only if there is no default one."""
        normal = normalized(path)
        return next((behavior for behavior in self.behaviors if behavior.matches(normal)), None)

    def serves(self, host: str) -> bool:
        """Return whether the distribution serves a host, given as a `Host` header."""
        name = re.sub(r":\d*$", "", host.lower())
        return any(matches(known, name) for known in (*LOCAL_HOSTS, self.domain, *self.aliases))


@dataclass(frozen=True)
class Declared:
    """A deployed distribution and all that it refers to, in the shapes of CloudFront's API.

    Attributes:
        distribution: the `Distribution`.
        cache_policies, request_policies, header_policies: the configurations of policies by id.
        keys: the PEM of the public keys of each key group, by the group's id and the key's id.
        functions: the sources of the functions by ARN.
    """

    distribution: Config
    cache_policies: Mapping[str, Config]
    request_policies: Mapping[str, Config]
    header_policies: Mapping[str, Config]
    keys: Mapping[str, Mapping[str, str]]
    functions: Mapping[str, Source]


def plan(declared: Declared) -> Plan:
    """Return the plan of a deployed distribution.

    Raises:
        UnsupportedError: if it uses a part of CloudFront that the front door does not have.
    """
    distribution = declared.distribution
    config = distribution["DistributionConfig"]
    origins = {each["Id"]: _origin(each) for each in items(config.get("Origins"))}
    behaviors = [*items(config.get("CacheBehaviors")), config["DefaultCacheBehavior"]]
    return Plan(
        distribution["Id"],
        distribution["ARN"],
        distribution["DomainName"],
        tuple(_behavior(each, origins, declared) for each in behaviors),
        tuple(alias.lower() for alias in items(config.get("Aliases"))),
        config.get("DefaultRootObject") or "",
        dict(_error(each) for each in items(config.get("CustomErrorResponses"))),
    )


def items(block: Any) -> list[Any]:
    """Return the items of a list in CloudFront's API."""
    found: list[Any] = block.get("Items") if block else []
    return found or []


def normalized(path: str) -> str:
    """Return a path without dot segments and needless percent-encoding, as behaviors match it."""
    segments: list[str] = []
    parts = UNRESERVED.sub(lambda found: unquote(found[0]), path).split("/")
    for part in parts[1:]:
        if part == "..":
            del segments[-1:]
        elif part != ".":
            segments.append(part)
    if parts[-1] in {".", ".."}:
        segments.append("")
    return "/" + "/".join(segments)


def _error(config: Config) -> tuple[int, int]:
    if config.get("ResponsePagePath"):
        raise UnsupportedError(
            f"CustomErrorResponses {config['ErrorCode']}: pages of errors are not supported"
        )
    return config["ErrorCode"], config.get("ErrorCachingMinTTL", ERROR_SECONDS)


def _origin(config: Config) -> Origin:
    domain = config["DomainName"].lower()
    headers = tuple((each["HeaderName"], each["HeaderValue"]) for each in items(config.get("CustomHeaders")))
    path, signed = config.get("OriginPath") or "", bool(config.get("OriginAccessControlId"))
    bucket, api = S3_DOMAIN.fullmatch(domain), API_DOMAIN.fullmatch(domain)
    custom = config.get("CustomOriginConfig")
    if custom is None:
        if bucket is None:
            raise UnsupportedError(f"origin {config['Id']}: {domain} is not the domain of a bucket")
        return Origin(domain, OriginKind.BUCKET, bucket["bucket"], path, headers, signed=signed)
    seconds = float(custom.get("OriginReadTimeout", 30))
    if api is not None:
        return Origin(domain, OriginKind.API, api["api"], path, headers, seconds)
    if signed:
        raise UnsupportedError(f"origin {config['Id']}: access control is supported for buckets only")
    return Origin(domain, OriginKind.CUSTOM, _address(domain, custom), path, headers, seconds)


def _address(domain: str, custom: Config) -> str:
    # The viewer uses HTTP here, so `match-viewer` means HTTP.
    if custom["OriginProtocolPolicy"] == "https-only":
        return f"https://{domain}:{custom['HTTPSPort']}"
    return f"http://{domain}:{custom['HTTPPort']}"


def _behavior(config: Config, origins: Mapping[str, Origin], declared: Declared) -> Behavior:
    pattern = config.get("PathPattern", "*")
    _refuse_unsupported(pattern, config)
    try:
        policy = config.get("OriginRequestPolicyId")
        headers = config.get("ResponseHeadersPolicyId")
        return Behavior(
            pattern if pattern.startswith(("/", "*")) else f"/{pattern}",
            origins[config["TargetOriginId"]],
            frozenset(items(config.get("AllowedMethods")) or ("GET", "HEAD")),
            cache_policy(declared.cache_policies[config["CachePolicyId"]]),
            parameters(declared.request_policies[policy]) if policy else Parameters(),
            response_headers(declared.header_policies[headers]) if headers else ResponseHeaders(),
            config.get("Compress", False),
            _functions(config, declared),
            _keys(items(config.get("TrustedKeyGroups")), declared),
        )
    except KeyError as missing:
        raise UnsupportedError(f"behavior {pattern}: {missing.args[0]} does not exist") from None


def _refuse_unsupported(pattern: str, config: Config) -> None:
    for part, text in (
        ("ForwardedValues", "expected a CachePolicyId"),
        ("LambdaFunctionAssociations", "Lambda@Edge is not supported"),
        ("TrustedSigners", "expected TrustedKeyGroups"),
        ("FieldLevelEncryptionId", "field-level encryption is not supported"),
    ):
        found = config.get(part)
        if found and (not isinstance(found, Mapping) or "Quantity" not in found or found["Quantity"]):
            raise UnsupportedError(f"behavior {pattern}: {part}: {text}")


def _functions(config: Config, declared: Declared) -> dict[str, Source]:
    associations = items(config.get("FunctionAssociations"))
    return {each["EventType"]: declared.functions[each["FunctionARN"]] for each in associations}


def _keys(groups: Iterable[str], declared: Declared) -> dict[str, str] | None:
    found = [declared.keys[group] for group in groups]
    return {name: pem for keys in found for name, pem in keys.items()} if found else None
