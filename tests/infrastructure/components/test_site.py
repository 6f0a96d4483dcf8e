"""The site.

These tests cannot show that CloudFront accepts the distribution, or how it evaluates behaviors.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from components.api import Api
from components.auth import Auth
from components.bucket import Bucket
from components.realtime import Realtime
from components.site import Edge, Release, Site
from settings import Settings
from tests.infrastructure.components.build import (
    ADDRESS,
    HEALTH,
    dependencies,
    mail,
    rejected,
    runtime,
    service_statement,
    settings,
    tags,
    tls_statement,
)
from tools.graph import Graph, built, statements

ACCESS = "aws:cloudfront/originAccessControl:OriginAccessControl"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
FUNCTION = "aws:cloudfront/function:Function"
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
KEY = "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
STORE = "aws:cloudfront/keyValueStore:KeyValueStore"

ARN = "arn:aws:cloudfront::123456789012:"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1"
CACHED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
UNCACHED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
RELEASE = Release("0123456789ab", "<!doctype html>", {"core/app.js": Path(__file__)})
HSTS = {"accessControlMaxAgeSec": 63_072_000, "includeSubdomains": True, "override": True, "preload": False}


def declare(of: Settings, **arguments: Any) -> Site:
    """Declare a site with what it needs."""
    auth = Auth("auth", {}, HEALTH, mail(of), ADDRESS, runtime(of))
    api, realtime = Api("api", {}, auth, runtime(of)), Realtime("realtime", HEALTH, runtime(of))
    edge, logs = Edge("app", "api", "ws"), Bucket("access-logs", of)
    return Site("site", RELEASE, edge, api, realtime, logs, of, **arguments)


def site(of: Settings | None = None, **arguments: Any) -> Graph:
    """Return the graph of a site."""
    return built(lambda: declare(of or settings(), **arguments))


def behaviors(graph: Graph) -> dict[str, Any]:
    """Return the behaviors by path pattern, with `*` for the default one."""
    inputs = graph.inputs(DISTRIBUTION, "site")
    ordered = {each["pathPattern"]: each for each in inputs["orderedCacheBehaviors"]}
    return {**ordered, "*": inputs["defaultCacheBehavior"]}


def test_bucket_is_readable_through_this_distribution_only() -> None:
    """CloudFront signs each request; it may read objects, and neither list nor write them."""
    graph = site()

    assert statements(graph.inputs(BUCKET_POLICY, "site")["policy"]) == [
        tls_statement("s3:*", ["arn:aws:s3:::site", "arn:aws:s3:::site/*"]),
        service_statement(
            "cloudfront.amazonaws.com", "s3:GetObject", "arn:aws:s3:::site/*", f"{ARN}distribution/site"
        ),
    ]
    assert graph.inputs(ACCESS, "site") == {
        "originAccessControlOriginType": "s3",
        "signingBehavior": "always",
        "signingProtocol": "sigv4",
    }


def test_origins_are_the_bucket_and_both_apis() -> None:
    """CloudFront connects to the APIs by TLS 1.2 only."""
    gateway = {
        "httpPort": 80,
        "httpsPort": 443,
        "originProtocolPolicy": "https-only",
        "originSslProtocols": ["TLSv1.2"],
    }

    assert site().inputs(DISTRIBUTION, "site")["origins"] == [
        {
            "originId": "app",
            "domainName": "site-id.s3.us-east-1.amazonaws.com",
            "originAccessControlId": "site-id",
        },
        {
            "originId": "api",
            "domainName": "api-id.execute-api.us-east-1.amazonaws.com",
            "customOriginConfig": gateway,
        },
        {
            "originId": "ws",
            "domainName": "realtime-id.execute-api.us-east-1.amazonaws.com",
            "customOriginConfig": gateway,
        },
    ]


READING = ["GET", "HEAD"]
EVERY = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


@pytest.mark.parametrize(
    ("pattern", "origin", "methods", "function", "headers"),
    [
        ("/api/*", "api", EVERY, "site-api", "site-apis-id"),
        ("/ws", "ws", READING, "site-ws", "site-apis-id"),
        ("/assets/*", "app", READING, None, "site-pages-id"),
        ("*", "app", READING, "site-app", "site-pages-id"),
    ],
)
def test_behavior(pattern: str, origin: str, methods: list[str], function: str | None, headers: str) -> None:
    """The app is cached and compressed; all of a request but its host reaches the APIs."""
    found = behaviors(site())[pattern]
    cached = origin == "app"
    arn = f"{ARN}function/{function}"

    assert found == {
        **({"pathPattern": pattern} if pattern != "*" else {}),
        "targetOriginId": origin,
        "allowedMethods": methods,
        "cachedMethods": READING,
        "compress": cached,
        "responseHeadersPolicyId": headers,
        "viewerProtocolPolicy": "redirect-to-https" if cached else "https-only",
        **(
            {"functionAssociations": [{"eventType": "viewer-request", "functionArn": arn}]}
            if function
            else {}
        ),
        **(
            {"cachePolicyId": CACHED}
            if cached
            else {"cachePolicyId": UNCACHED, "originRequestPolicyId": ALL_BUT_HOST}
        ),
    }


def test_distribution_has_only_managed_policies_and_no_error_pages() -> None:
    """Error pages are for all behaviors: the API's 404 would be a page with the status 200."""
    graph = site()

    assert list(behaviors(graph)) == ["/api/*", "/ws", "/assets/*", "*"]
    assert "customErrorResponses" not in graph.inputs(DISTRIBUTION, "site")
    assert graph.of("aws:cloudfront/cachePolicy:CachePolicy") == {}
    assert graph.of("aws:cloudfront/originRequestPolicy:OriginRequestPolicy") == {}
    assert not any("lambdaFunctionAssociations" in each for each in behaviors(graph).values())


@pytest.mark.parametrize(
    ("environment", "price"),
    [
        ("ephemeral", "PriceClass_100"),
        ("development", "PriceClass_100"),
        ("production", "PriceClass_All"),
    ],
)
def test_distribution_follows_its_environment_class(environment: str, price: str) -> None:
    """HTTP/2, HTTP/3 and IPv6 everywhere; production serves from all edge locations."""
    inputs = site(settings(environment)).inputs(DISTRIBUTION, "site")

    assert {
        key: inputs[key]
        for key in (
            "comment",
            "enabled",
            "httpVersion",
            "isIpv6Enabled",
            "priceClass",
            "tags",
            "restrictions",
        )
    } == {
        "comment": "strata, stack test",
        "enabled": True,
        "httpVersion": "http2and3",
        "isIpv6Enabled": True,
        "priceClass": price,
        "tags": tags("site"),
        "restrictions": {"geoRestriction": {"restrictionType": "none", "locations": []}},
    }


def test_countries_can_be_restricted() -> None:
    """Only the given ones are served."""
    inputs = site(settings(site={"countries": ["DE", "FR"]})).inputs(DISTRIBUTION, "site")

    assert inputs["restrictions"] == {
        "geoRestriction": {"restrictionType": "whitelist", "locations": ["DE", "FR"]}
    }


def test_site_has_cloudfront_s_own_name_without_aliases() -> None:
    """CloudFront fixes the TLS versions of its own certificate."""
    inputs = site().inputs(DISTRIBUTION, "site")

    assert inputs["aliases"] == []
    assert inputs["viewerCertificate"] == {"cloudfrontDefaultCertificate": True}
    assert "webAclId" not in inputs


def test_aliases_have_a_certificate_and_modern_tls() -> None:
    """TLS 1.2 or later, by SNI; other hosts are redirected, and requests are filtered."""
    graph = site(
        aliases=["example.com", "www.example.com"],
        certificate=CERTIFICATE,
        web_acl="arn:aws:wafv2:us-east-1:123456789012:global/webacl/w/1",
        redirects={"www.example.com": "example.com"},
    )
    inputs = graph.inputs(DISTRIBUTION, "site")

    assert inputs["aliases"] == ["example.com", "www.example.com"]
    assert inputs["webAclId"].endswith("/webacl/w/1")
    assert inputs["viewerCertificate"] == {
        "acmCertificateArn": CERTIFICATE,
        "minimumProtocolVersion": "TLSv1.2_2021",
        "sslSupportMethod": "sni-only",
    }
    assert graph.inputs(KEY, "site-redirect:www.example.com")["value"] == "example.com"


def test_aliases_without_a_certificate_are_rejected() -> None:
    """CloudFront would reject them after a few minutes."""
    rejected(
        lambda: declare(settings(), aliases=["example.com"]),
        "site site: aliases example.com: expected a certificate for them",
    )


def test_functions_run_the_given_sources() -> None:
    """Only the function of pages reads the store."""
    graph = site()
    common = {"publish": True, "runtime": "cloudfront-js-2.0", "tags": tags("site")}

    assert {name: item.inputs for name, item in graph.of(FUNCTION).items()} == {
        "site-app": {
            **common,
            "code": "app",
            "keyValueStoreAssociations": [f"{ARN}key-value-store/site"],
        },
        "site-api": {**common, "code": "api"},
        "site-ws": {**common, "code": "ws"},
    }


def test_pages_have_strict_security_headers() -> None:
    """No inline code, no frames, no other origin; every header replaces that of the origin."""
    inputs = site().inputs(HEADERS, "site-pages")

    assert inputs["securityHeadersConfig"] == {
        "contentSecurityPolicy": {
            "contentSecurityPolicy": (
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
                "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
                "frame-ancestors 'none'; require-trusted-types-for 'script'"
            ),
            "override": True,
        },
        "contentTypeOptions": {"override": True},
        "frameOptions": {"frameOption": "DENY", "override": True},
        "referrerPolicy": {"referrerPolicy": "same-origin", "override": True},
        "strictTransportSecurity": HSTS,
    }
    assert [each["header"] for each in inputs["customHeadersConfig"]["items"]] == [
        "Cross-Origin-Opener-Policy",
        "Cross-Origin-Resource-Policy",
        "Permissions-Policy",
    ]


def test_apis_set_their_own_content_security_policy() -> None:
    """The distribution adds only what is the same for every response."""
    assert site().inputs(HEADERS, "site-apis") == {
        "securityHeadersConfig": {"contentTypeOptions": {"override": True}, "strictTransportSecurity": HSTS}
    }


def test_objects_of_a_release_stay_after_the_next_one() -> None:
    """A page that is open can load the rest of its release."""
    objects = site().of(OBJECT)

    assert {name: item.inputs["key"] for name, item in objects.items()} == {
        "site-assets/core/app.js": "assets/0123456789ab/core/app.js",
        "site-index.html": "releases/0123456789ab/index.html",
        "site-release.json": "releases/0123456789ab/release.json",
    }
    assert all(item.retained for item in objects.values())


def test_release_is_live_after_all_of_its_objects_exist() -> None:
    """No request chooses a release that is half there."""
    graph = site()

    assert graph.inputs(KEY, "site-default") == {
        "keyValueStoreArn": f"{ARN}key-value-store/site",
        "key": "default",
        "value": "0123456789ab",
    }
    assert {f"{OBJECT}::{name}" for name in graph.of(OBJECT)} <= dependencies(graph, KEY, "site-default")


def test_distribution_does_not_depend_on_the_release() -> None:
    """A release changes objects and one key, and CloudFront deploys nothing."""
    graph = site()
    needed = dependencies(graph, DISTRIBUTION, "site")

    assert not {name for name in needed if name.startswith((OBJECT, KEY))}
    with_id = {item.type for item in graph.resources.values() if RELEASE.id in str(item.inputs)}
    assert with_id == {OBJECT, KEY}


def test_requests_are_logged_without_queries_and_cookies() -> None:
    """The log group is where CloudFront delivers to, whatever the stack's region is."""
    graph = site(
        Settings.parse(
            {
                "aws:region": "eu-central-1",
                "strata:environment": "development",
                "strata:mail": '{"sender": "no-reply@example.com"}',
            }
        )
    )
    delivery = graph.inputs("aws:cloudwatch/logDelivery:LogDelivery", "site")

    assert graph.inputs(LOG_GROUP, "site-access") == {
        "name": "/aws/vendedlogs/strata-test-site-access",
        "retentionInDays": 14,
        "region": "us-east-1",
        "tags": tags("site"),
    }
    assert graph.inputs("aws:cloudwatch/logDeliverySource:LogDeliverySource", "site") == {
        "logType": "ACCESS_LOGS",
        "resourceArn": f"{ARN}distribution/site",
        "region": "us-east-1",
        "tags": tags("site"),
    }
    assert delivery["region"] == "us-east-1"
    assert not {"cs-uri-query", "cs(Cookie)", "cs(Referer)"} & set(delivery["recordFields"])
