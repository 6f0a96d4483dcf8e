"""CloudFront's policies: what is cached, what reaches an origin, and which headers a response gets.

The configurations have the shape of CloudFront's API:
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_Types.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from multidict import CIMultiDict

Config = Mapping[str, Any]


class UnsupportedError(Exception):
    """The distribution uses a part of CloudFront that the front door does not have."""


@dataclass(frozen=True)
class Names:
    """A choice of headers, cookies or query parameters.

    Attributes:
        behavior: `none`, `whitelist`, `allExcept`, `all` or `allViewer`.
        items: the names that the behavior includes or excludes; in lower case if they are headers.
    """

    behavior: str = "none"
    items: frozenset[str] = frozenset()

    def __contains__(self, name: object) -> bool:
        match self.behavior:
            case "whitelist":
                return name in self.items
            case "allExcept":
                return name not in self.items
            case behavior:
                return behavior != "none"


@dataclass(frozen=True)
class Parameters:
    """The parts of a request that a policy chooses."""

    headers: Names = field(default_factory=Names)
    cookies: Names = field(default_factory=Names)
    queries: Names = field(default_factory=Names)


@dataclass(frozen=True)
class CachePolicy:
    """How long responses are cached, and which requests share one.

    Attributes:
        shortest, default, longest: the TTLs in seconds.
        key: the parts of the request in the cache key, which also reach the origin.
        gzip: whether the cache keeps compressed responses.
    """

    shortest: int = 0
    default: int = 0
    longest: int = 0
    key: Parameters = field(default_factory=Parameters)
    gzip: bool = False

    @property
    def caches(self) -> bool:
        """Whether any response is cached."""
        return self.longest > 0


@dataclass(frozen=True)
class Header:
    """A header that a response gets.

    Attributes:
        override: whether it replaces the origin's header of that name.
    """

    name: str
    value: str
    override: bool


@dataclass(frozen=True)
class ResponseHeaders:
    """The headers that responses get and lose."""

    added: tuple[Header, ...] = ()
    removed: tuple[str, ...] = ()

    def apply(self, headers: CIMultiDict[str]) -> None:
        """Change the headers of an origin's response."""
        for name in self.removed:
            headers.popall(name, None)
        for header in self.added:
            if header.override or header.name not in headers:
                headers[header.name] = header.value


def cache_policy(config: Config) -> CachePolicy:
    """Return a cache policy from its `CachePolicyConfig`."""
    key = config.get("ParametersInCacheKeyAndForwardedToOrigin", {})
    return CachePolicy(
        config["MinTTL"],
        config.get("DefaultTTL", 86_400),
        config.get("MaxTTL", 31_536_000),
        parameters(key),
        key.get("EnableAcceptEncodingGzip", False),
    )


def parameters(config: Config) -> Parameters:
    """Return the choice in an `OriginRequestPolicyConfig` or in the key of a `CachePolicyConfig`."""
    headers = _names(config, "Headers", "Header")
    return Parameters(
        Names(headers.behavior, frozenset(map(str.lower, headers.items))),
        _names(config, "Cookies", "Cookie"),
        _names(config, "QueryStrings", "QueryString"),
    )


def _names(config: Config, block: str, prefix: str) -> Names:
    found = config.get(f"{block}Config", {})
    behavior = found.get(f"{prefix}Behavior", "none")
    if behavior == "allViewerAndWhitelistCloudFront":
        raise UnsupportedError(f"{prefix}Behavior {behavior}: the front door adds no CloudFront-* headers")
    return Names(behavior, frozenset(found.get(block, {}).get("Items", [])))


def response_headers(config: Config) -> ResponseHeaders:
    """Return the headers of a `ResponseHeadersPolicyConfig`.

    Raises:
        UnsupportedError: if it has a CORS or a Server-Timing part.
    """
    for part in ("CorsConfig", "ServerTimingHeadersConfig"):
        if config.get(part, {}).get("Enabled", part in config):
            raise UnsupportedError(f"{part}: the front door does not add these headers")
    custom = [
        Header(each["Header"], each["Value"], each["Override"])
        for each in config.get("CustomHeadersConfig", {}).get("Items", [])
    ]
    removed = (each["Header"] for each in config.get("RemoveHeadersConfig", {}).get("Items", []))
    return ResponseHeaders((*_security(config.get("SecurityHeadersConfig", {})), *custom), tuple(removed))


def _security(config: Config) -> list[Header]:
    """Return the headers of a `SecurityHeadersConfig`."""
    return [
        Header(name, value(config[part]), config[part]["Override"])
        for part, (name, value) in SECURITY_HEADERS.items()
        if part in config
    ]


def _hsts(part: Config) -> str:
    value = f"max-age={part['AccessControlMaxAgeSec']}"
    flags = {"IncludeSubdomains": "includeSubDomains", "Preload": "preload"}
    return "; ".join([value, *(text for flag, text in flags.items() if part.get(flag))])


def _xss(part: Config) -> str:
    if not part["Protection"]:
        return "0"
    report = f"; report={part['ReportUri']}" if part.get("ReportUri") else ""
    return f"1{'; mode=block' if part.get('ModeBlock') else ''}{report}"


SECURITY_HEADERS: dict[str, tuple[str, Callable[[Config], str]]] = {
    "StrictTransportSecurity": ("Strict-Transport-Security", _hsts),
    "ContentTypeOptions": ("X-Content-Type-Options", lambda _: "nosniff"),
    "FrameOptions": ("X-Frame-Options", itemgetter("FrameOption")),
    "ReferrerPolicy": ("Referrer-Policy", itemgetter("ReferrerPolicy")),
    "ContentSecurityPolicy": ("Content-Security-Policy", itemgetter("ContentSecurityPolicy")),
    "XSSProtection": ("X-XSS-Protection", _xss),
}
"""The name and the value of the header that each part of a `SecurityHeadersConfig` adds."""
