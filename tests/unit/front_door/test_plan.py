"""The plan that the front door makes of a distribution's configuration."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from local.front_door.plan import Origin, OriginKind, Plan, Source, normalized, plan
from local.front_door.policies import UnsupportedError
from tests.unit.front_door.distribution import (
    ALL,
    FUNCTION,
    behavior,
    cached_behavior,
    config,
    declared,
    listed,
    origin,
)

BUCKET = origin("app", "site-1.s3.us-east-1.amazonaws.com", OriginAccessControlId="O1")
API = origin("api", "abc123.execute-api.us-east-1.amazonaws.com")
SITE = config(
    [BUCKET, API],
    [
        behavior("api", "/api/*"),
        cached_behavior("app", "assets/*.j?"),
        cached_behavior("app", functions={"viewer-request": f"{FUNCTION}app"}),
    ],
)
FUNCTIONS = {"app": Source("function handler() {}", "arn:store")}


def site(**fields: Any) -> Plan:
    """Return the plan of a site with an API."""
    return plan(declared(SITE | fields, functions=FUNCTIONS))


def refused(given: Any) -> str:
    """Return the text of the error that a configuration causes."""
    with pytest.raises(UnsupportedError) as error:
        plan(declared(given))
    return str(error.value)


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/", "*"),
        ("/api", "*"),
        ("/api/", "/api/*"),
        ("/api/users/1", "/api/*"),
        ("/API/users", "*"),
        ("/%61pi/users", "/api/*"),
        ("/api%2Fusers", "*"),
        ("/x/../api/users", "/api/*"),
        ("/api/../assets/a.js", "/assets/*.j?"),
        ("/api/%2e%2e/users", "*"),
        ("/api/..", "*"),
        ("/../../api/users", "/api/*"),
        ("/assets/deep/a.js", "/assets/*.j?"),
        ("/assets/a.css", "*"),
        ("/assets/a.j", "*"),
        ("/assets/a+js", "*"),
    ],
)
def test_first_behavior_whose_pattern_matches_serves_a_path(path: str, pattern: str) -> None:
    """Patterns are case-sensitive and match the normalized path; one without a slash starts with one."""
    found = site().behavior(path)
    assert found is not None
    assert found.pattern == pattern


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/", "/"),
        ("/a/./b", "/a/b"),
        ("/a/../..", "/"),
        ("/a/.", "/a/"),
        ("//a", "//a"),
        ("/%2f%7e", "/%2f~"),
    ],
)
def test_paths_are_normalized(path: str, normal: str) -> None:
    """Dot segments are resolved, and unreserved characters decoded."""
    assert normalized(path) == normal


def test_behaviors_have_their_origin_methods_and_functions() -> None:
    """The default behavior is last."""
    api, _, default = site().behaviors
    assert (api.origin.kind, api.methods) == (OriginKind.API, frozenset(ALL))
    assert (default.methods, default.compress, default.keys) == (frozenset({"GET", "HEAD"}), True, None)
    assert default.functions == {"viewer-request": FUNCTIONS["app"]}
    assert (api.cache.caches, default.cache.caches) == (False, True)


def test_request_policy_chooses_the_headers_of_the_origin() -> None:
    """`AllViewerExceptHostHeader` forwards all but Host; without a policy nothing is forwarded."""
    api, _, default = site().behaviors
    assert [api.forwards(name) for name in ("host", "cookie", "x-any")] == [False, True, True]
    assert [default.forwards(name) for name in ("host", "cookie", "x-any")] == [False] * 3


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            BUCKET | {"OriginPath": "/v1"},
            Origin("site-1.s3.us-east-1.amazonaws.com", OriginKind.BUCKET, "site-1", "/v1", signed=True),
        ),
        (
            origin("a", "site.1.s3.amazonaws.com"),
            Origin("site.1.s3.amazonaws.com", OriginKind.BUCKET, "site.1"),
        ),
        (
            origin("a", "abc.execute-api.eu-west-1.amazonaws.com", seconds=10),
            Origin("abc.execute-api.eu-west-1.amazonaws.com", OriginKind.API, "abc", seconds=10),
        ),
        (origin("a", "localhost", port=81), Origin("localhost", OriginKind.CUSTOM, "http://localhost:81")),
        (
            origin("a", "Legacy.example", CustomHeaders=listed([{"HeaderName": "X", "HeaderValue": "1"}])),
            Origin("legacy.example", OriginKind.CUSTOM, "https://legacy.example:443", headers=(("X", "1"),)),
        ),
    ],
    ids=["bucket", "global bucket", "api", "http", "https"],
)
def test_domain_decides_the_kind_of_an_origin(given: Any, expected: Origin) -> None:
    """A bucket, an API, or any other server."""
    (found,) = plan(declared(config([given], [behavior(given["Id"])]))).behaviors
    assert found.origin == expected


@pytest.mark.parametrize(
    ("host", "served"),
    [
        ("localhost", True),
        ("localhost:8080", True),
        ("LOCALHOST", True),
        ("preview.localhost:8080", True),
        ("127.0.0.1:8080", True),
        ("[::1]:8080", True),
        ("d1.cloudfront.net", True),
        ("app.example.com", True),
        ("x.pages.example.com", True),
        ("example.com", False),
        ("localhost.example.com", False),
        ("localhost:8080.example.com", False),
        ("", False),
    ],
)
def test_hosts_of_a_distribution(host: str, *, served: bool) -> None:
    """It serves the names of this computer, its domain and its aliases."""
    assert site(Aliases=listed(["App.example.com", "*.pages.example.com"])).serves(host) is served


def test_keys_are_those_of_all_groups() -> None:
    """A behavior with key groups has the keys of each."""
    given = config([BUCKET], [cached_behavior("app", groups=["g1", "g2"])])
    (found,) = plan(declared(given, keys={"g1": {"K1": "a"}, "g2": {"K2": "b"}})).behaviors
    assert found.keys == {"K1": "a", "K2": "b"}


def test_errors_may_have_a_caching_time() -> None:
    """`ErrorCachingMinTTL` without a page."""
    found = site(CustomErrorResponses=listed([{"ErrorCode": 404, "ErrorCachingMinTTL": 0}]))
    assert found.error_seconds == {404: 0}


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"LambdaFunctionAssociations": listed([{}])}, "behavior *: LambdaFunctionAssociations"),
        ({"TrustedSigners": listed(["self"])}, "behavior *: TrustedSigners: expected TrustedKeyGroups"),
        ({"ForwardedValues": {"QueryString": True}}, "behavior *: ForwardedValues: expected a CachePolicyId"),
        ({"FieldLevelEncryptionId": "x"}, "behavior *: FieldLevelEncryptionId"),
        ({"CachePolicyId": "unknown"}, "behavior *: unknown does not exist"),
        ({"TargetOriginId": "unknown"}, "behavior *: unknown does not exist"),
    ],
)
def test_unsupported_behavior_is_refused(fields: dict[str, Any], text: str) -> None:
    """Nothing that is declared is silently ignored."""
    assert refused(config([API], [behavior("api") | fields])).startswith(text)


def test_other_unsupported_parts_are_refused() -> None:
    """Pages of errors, access control of other servers, and a bucket's website."""
    page = {"ErrorCode": 403, "ResponsePagePath": "/index.html", "ResponseCode": "200"}
    assert "CustomErrorResponses 403" in refused(
        config([API], [behavior("api")], CustomErrorResponses=listed([page]))
    )
    lambda_url = origin("a", "x.lambda-url.us-east-1.on.aws", OriginAccessControlId="O1")
    assert "origin a: access control" in refused(config([lambda_url], [behavior("a")]))
    website = BUCKET | {"DomainName": "site.example"}
    assert "is not the domain of a bucket" in refused(config([website], [behavior("app")]))


def test_plan_without_a_default_behavior_serves_some_paths() -> None:
    """`behavior` returns None for other paths."""
    found = site()
    assert replace(found, behaviors=found.behaviors[:1]).behavior("/") is None
