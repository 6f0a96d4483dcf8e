"""CloudFront's resource types against the embedded cloud."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from provider.base import Properties
from provider.cloud import Cloud
from provider.resource import Resource
from provider.services.cloudfront.distribution import Distribution
from provider.services.cloudfront.function import Function
from provider.services.cloudfront.key_value_store import KeyValueStore
from provider.services.cloudfront.origin_access_control import OriginAccessControl
from provider.services.cloudfront.response_headers_policy import ResponseHeadersPolicy
from tests.local.provider.lifecycle import exercise, expect_reads

ARN = "arn:aws:cloudfront::000000000000:"
CODE = "function handler(event) { return event.request; }"
HSTS = {"accessControlMaxAgeSec": 60, "includeSubdomains": True, "override": True, "preload": False}
TAGS = {"stack": "local", "component": "site"}


def behavior(target: str, **more: Any) -> Properties:
    """Return a behavior that caches what it allows."""
    return {
        "allowedMethods": ["GET", "HEAD"],
        "cachedMethods": ["GET", "HEAD"],
        "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        "compress": True,
        "targetOriginId": target,
        "viewerProtocolPolicy": "redirect-to-https",
        **more,
    }


def distribution(comment: str, **more: Any) -> Properties:
    """Return a distribution with an origin of each kind and every optional input of a behavior."""
    custom = {
        "httpPort": 80,
        "httpsPort": 443,
        "originProtocolPolicy": "https-only",
        "originSslProtocols": ["TLSv1.2"],
        "originReadTimeout": 30,
        "originKeepaliveTimeout": 5,
    }
    return {
        "comment": comment,
        "defaultCacheBehavior": behavior("app"),
        "enabled": True,
        "httpVersion": "http2and3",
        "isIpv6Enabled": True,
        "orderedCacheBehaviors": [
            behavior(
                "api",
                pathPattern="/api/*",
                originRequestPolicyId="b689b0a8-53d0-40ab-baf2-68738e2966ac",
                responseHeadersPolicyId="67f7725c-6f97-4210-82d7-5512b31e9d03",
                functionAssociations=[{"eventType": "viewer-request", "functionArn": f"{ARN}function/f"}],
            )
        ],
        "origins": [
            {"originId": "app", "domainName": "b.s3.us-east-1.amazonaws.com", "originAccessControlId": "E1"},
            {"originId": "api", "domainName": "a.example.com", "customOriginConfig": custom},
        ],
        "priceClass": "PriceClass_100",
        "restrictions": {"geoRestriction": {"restrictionType": "whitelist", "locations": ["DE"]}},
        "tags": TAGS,
        "viewerCertificate": {"cloudfrontDefaultCertificate": True},
        **more,
    }


def policy(**more: Any) -> Properties:
    """Return a response headers policy with every input."""
    return {
        "name": "policy-life",
        "comment": "Pages",
        "customHeadersConfig": {"items": [{"header": "A", "override": True, "value": "1"}]},
        "removeHeadersConfig": {"items": [{"header": "Server"}]},
        "securityHeadersConfig": {
            "contentSecurityPolicy": {"contentSecurityPolicy": "default-src 'none'", "override": True},
            "contentTypeOptions": {"override": True},
            "frameOptions": {"frameOption": "DENY", "override": True},
            "referrerPolicy": {"referrerPolicy": "no-referrer", "override": True},
            "strictTransportSecurity": HSTS,
        },
        **more,
    }


CASES: list[tuple[Resource, Properties, Properties]] = [
    (
        OriginAccessControl(),
        {
            "name": "access-life",
            "description": "App",
            "originAccessControlOriginType": "s3",
            "signingBehavior": "always",
            "signingProtocol": "sigv4",
        },
        {
            "name": "access-life",
            "originAccessControlOriginType": "s3",
            "signingBehavior": "no-override",
            "signingProtocol": "sigv4",
        },
    ),
    (
        ResponseHeadersPolicy(),
        policy(),
        {"name": "policy-life", "securityHeadersConfig": {"strictTransportSecurity": HSTS}},
    ),
    (
        KeyValueStore(),
        {"name": "store-life", "comment": "Releases", "tags": TAGS},
        {"name": "store-life", "tags": {"stack": "local"}},
    ),
    (
        Function(),
        {
            "name": "function-life",
            "code": CODE,
            "comment": "App",
            "keyValueStoreAssociations": [f"{ARN}key-value-store/releases"],
            "publish": True,
            "runtime": "cloudfront-js-2.0",
            "tags": TAGS,
        },
        {
            "name": "function-life",
            "code": f"{CODE} // changed",
            "publish": True,
            "runtime": "cloudfront-js-2.0",
            "tags": {"owner": "team"},
        },
    ),
    (
        Distribution(),
        distribution("distribution-life"),
        distribution(
            "distribution-life",
            aliases=["app.example.com"],
            orderedCacheBehaviors=[],
            restrictions={"geoRestriction": {"restrictionType": "none", "locations": []}},
            tags={"owner": "team"},
            viewerCertificate={
                "acmCertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/1",
                "minimumProtocolVersion": "TLSv1.2_2021",
                "sslSupportMethod": "sni-only",
            },
            webAclId="arn:aws:wafv2:us-east-1:000000000000:global/webacl/w/1",
        ),
    ),
]


@pytest.mark.parametrize(("kind", "inputs", "changed"), CASES, ids=lambda each: type(each).__name__)
def test_create_read_update_delete(
    cloud: Cloud, kind: Resource, inputs: Properties, changed: Properties
) -> None:
    """A resource reads as it was written, before and after an update that also removes optional inputs."""
    read = exercise(cloud, kind, inputs, changed)

    assert read["arn"].startswith(ARN)


def test_distribution_has_the_outputs_that_dns_needs(cloud: Cloud) -> None:
    """An alias record names the distribution's domain and CloudFront's hosted zone."""
    inputs = distribution("distribution-dns")
    read = expect_reads(cloud, Distribution(), Distribution().create(cloud, inputs), inputs)

    assert read["domainName"].endswith(".cloudfront.net")
    assert read["hostedZoneId"] == "Z2FDTNDATAQYW2"


def test_enabled_distribution_is_disabled_before_its_deletion(cloud: Cloud) -> None:
    """AWS refuses to delete an enabled distribution."""
    inputs = distribution("distribution-enabled")
    created = Distribution().create(cloud, inputs)
    client = cloud.client("cloudfront")

    with pytest.raises(ClientError, match="DistributionNotDisabled"):
        client.delete_distribution(Id=created, IfMatch=client.get_distribution(Id=created)["ETag"])
    Distribution().delete(cloud, created, inputs)

    assert Distribution().read(cloud, created, inputs) is None


def test_update_names_the_current_version(cloud: Cloud) -> None:
    """AWS refuses an update of another version, for example one from before a change by another program."""
    inputs = {"name": "store-version", "comment": "first"}
    KeyValueStore().create(cloud, inputs)
    client = cloud.client("cloudfront")
    stale = client.describe_key_value_store(Name="store-version")["ETag"]
    KeyValueStore().update(cloud, "store-version", inputs, {**inputs, "comment": "second"})

    with pytest.raises(ClientError, match="PreconditionFailed"):
        client.update_key_value_store(Name="store-version", Comment="third", IfMatch=stale)


def test_each_change_of_a_function_is_published(cloud: Cloud) -> None:
    """The stage LIVE, which serves requests, has the code of the last change."""
    inputs = {"name": "function-live", "code": CODE, "publish": True, "runtime": "cloudfront-js-2.0"}
    Function().create(cloud, inputs)
    Function().update(cloud, "function-live", inputs, {**inputs, "code": "function handler() {}"})

    live = cloud.client("cloudfront").get_function(Name="function-live", Stage="LIVE")
    assert live["FunctionCode"].read() == b"function handler() {}"
