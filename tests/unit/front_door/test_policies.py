"""CloudFront's policies in the shape of its API."""

from __future__ import annotations

from typing import Any

import pytest
from multidict import CIMultiDict

from local.front_door.policies import (
    Names,
    UnsupportedError,
    cache_policy,
    parameters,
    response_headers,
)
from tests.unit.front_door.distribution import CACHE_POLICIES, CACHING_DISABLED, CACHING_OPTIMIZED, listed

SECURITY = {
    "StrictTransportSecurity": {
        "Override": True,
        "AccessControlMaxAgeSec": 60,
        "IncludeSubdomains": True,
        "Preload": True,
    },
    "ContentTypeOptions": {"Override": True},
    "FrameOptions": {"Override": True, "FrameOption": "DENY"},
    "ReferrerPolicy": {"Override": False, "ReferrerPolicy": "same-origin"},
    "ContentSecurityPolicy": {"Override": True, "ContentSecurityPolicy": "default-src 'none'"},
    "XSSProtection": {"Override": True, "Protection": True, "ModeBlock": True},
}


def applied(config: dict[str, Any], **origin: str) -> dict[str, str]:
    """Return the headers that a policy makes of an origin's."""
    headers = CIMultiDict(origin)
    response_headers(config).apply(headers)
    return dict(headers)


def test_managed_cache_policies() -> None:
    """`CachingDisabled` caches nothing; `CachingOptimized` at least a second, compressed."""
    disabled, optimized = (cache_policy(CACHE_POLICIES[id_]) for id_ in (CACHING_DISABLED, CACHING_OPTIMIZED))
    assert (disabled.caches, disabled.gzip) == (False, False)
    assert (optimized.shortest, optimized.default, optimized.longest) == (1, 86_400, 31_536_000)
    assert (optimized.gzip, optimized.key.queries) == (True, Names("none"))


def test_ttls_have_cloudfronts_defaults() -> None:
    """A policy may leave out all but the minimum."""
    policy = cache_policy({"MinTTL": 0})
    assert (policy.default, policy.longest) == (86_400, 31_536_000)


@pytest.mark.parametrize(
    ("behavior", "included"),
    [
        ("none", [False, False]),
        ("all", [True, True]),
        ("allViewer", [True, True]),
        ("whitelist", [True, False]),
        ("allExcept", [False, True]),
    ],
)
def test_names(behavior: str, included: list[bool]) -> None:
    """A behavior includes all names, none, some, or all but some."""
    names = Names(behavior, frozenset({"a"}))
    assert ["a" in names, "b" in names] == included


def test_names_of_headers_are_in_lower_case() -> None:
    """Headers are case-insensitive, cookies and parameters are not."""
    found = parameters(
        {
            "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": listed(["X-A"])},
            "CookiesConfig": {"CookieBehavior": "whitelist", "Cookies": listed(["C"])},
            "QueryStringsConfig": {"QueryStringBehavior": "allExcept", "QueryStrings": listed(["Q"])},
        }
    )
    assert [found.headers.items, found.cookies.items, found.queries.items] == [{"x-a"}, {"C"}, {"Q"}]


def test_security_headers() -> None:
    """Each part becomes its header."""
    assert applied({"SecurityHeadersConfig": SECURITY}) == {
        "Strict-Transport-Security": "max-age=60; includeSubDomains; preload",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Content-Security-Policy": "default-src 'none'",
        "X-XSS-Protection": "1; mode=block",
    }


def test_origins_header_stays_unless_it_is_overridden() -> None:
    """`Override` decides between the origin's header and the policy's."""
    found = applied(
        {
            "SecurityHeadersConfig": {
                name: SECURITY[name] for name in ("ReferrerPolicy", "ContentSecurityPolicy")
            }
        },
        **{"referrer-policy": "origin", "content-security-policy": "default-src *"},
    )
    assert found == {"referrer-policy": "origin", "Content-Security-Policy": "default-src 'none'"}


def test_custom_and_removed_headers() -> None:
    """A custom header is added, and a removed one is gone."""
    found = applied(
        {
            "CustomHeadersConfig": listed([{"Header": "X-New", "Value": "1", "Override": False}]),
            "RemoveHeadersConfig": listed([{"Header": "x-old"}]),
        },
        **{"X-Old": "1"},
    )
    assert found == {"X-New": "1"}


@pytest.mark.parametrize(
    "config",
    [
        {"CorsConfig": {"OriginOverride": True}},
        {"ServerTimingHeadersConfig": {"Enabled": True, "SamplingRate": 1.0}},
    ],
)
def test_unsupported_response_headers_are_refused(config: dict[str, Any]) -> None:
    """CORS and Server-Timing."""
    with pytest.raises(UnsupportedError, match=next(iter(config))):
        response_headers(config)


def test_cloudfronts_own_request_headers_are_refused() -> None:
    """The front door has no values for them."""
    with pytest.raises(UnsupportedError, match=r"CloudFront-\* headers"):
        parameters({"HeadersConfig": {"HeaderBehavior": "allViewerAndWhitelistCloudFront"}})
