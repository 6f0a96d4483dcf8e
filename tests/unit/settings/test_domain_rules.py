"""Rules of the domain's section."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.settings.config import DEVELOPMENT, PRODUCTION, load, problems

APP = {"name": "app.example.com", "zone": "example.com"}
ELSEWHERE = "arn:aws:acm:eu-central-1:123456789012:certificate/1111-2222"
IN_REGION = ELSEWHERE.replace("eu-central-1", "us-east-1")
NOT_A_NAME = "expected a domain name in lower case of at most"
EMBEDDED = {
    "aws:region": "us-east-1",
    "aws:endpoints": [{"route53": "http://127.0.0.1:4566"}],
    "strata:environment": "ephemeral",
}


def domain(**section: Any) -> dict[str, Any]:
    """Return a development config with a domain."""
    return {**DEVELOPMENT, "strata:domain": section}


def test_domain_is_off_by_default() -> None:
    """Without a domain, the distribution's own name serves."""
    assert load(DEVELOPMENT).domain.hosts == ()


@pytest.mark.parametrize("zone", ["app.example.com", "example.com"])
def test_name_may_be_the_zone_or_within_it(zone: str) -> None:
    """Redirects follow the name."""
    config = domain(name="app.example.com", zone=zone, redirects=["www.app.example.com"])

    assert load(config).domain.hosts == ("app.example.com", "www.app.example.com")


def test_certificate_in_the_region_needs_no_zone() -> None:
    """DNS may be elsewhere; then its records are made by hand."""
    assert load(domain(name="app.example.com", certificate=IN_REGION)).domain.certificate == IN_REGION


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        pytest.param(
            {"name": "app.example.com"},
            "strata:domain.zone: missing: expected the hosted zone in Route 53 "
            "that contains app.example.com, or strata:domain.certificate for a domain whose DNS is elsewhere",
            id="without-its-zone",
        ),
        pytest.param(
            {"zone": "example.com"},
            "strata:domain.name: missing: expected the public host name, such as app.example.com",
            id="zone-without-a-name",
        ),
        pytest.param(
            {"name": "app.example.com", "certificate": IN_REGION, "createZone": True},
            "strata:domain.createZone: true: expected strata:domain.zone beside it",
            id="creates-a-zone-without-a-name",
        ),
        pytest.param(
            {**APP, "zone": "example.org"},
            'strata:domain.name: "app.example.com": '
            "expected a name in the zone example.org: example.org, or one that ends in .example.org",
            id="zone-that-does-not-contain-the-name",
        ),
        pytest.param(
            {**APP, "name": "myexample.com"},
            'strata:domain.name: "myexample.com": '
            "expected a name in the zone example.com: example.com, or one that ends in .example.com",
            id="name-that-only-ends-like-the-zone",
        ),
        pytest.param(
            {**APP, "redirects": ["www.example.com", "www.example.org"]},
            'strata:domain.redirects.1: "www.example.org": '
            "expected a name in the zone example.com: example.com, or one that ends in .example.com",
            id="redirect-in-another-zone",
        ),
        pytest.param(
            {**APP, "redirects": ["www.example.com", "app.example.com"]},
            'strata:domain.redirects.1: "app.example.com": expected a host name that is not listed before',
            id="redirect-to-itself",
        ),
        pytest.param(
            {**APP, "redirects": ["www.example.com", "www.example.com"]},
            'strata:domain.redirects.1: "www.example.com": expected a host name that is not listed before',
            id="redirect-twice",
        ),
        pytest.param(
            {**APP, "redirects": [f"w{number}.example.com" for number in range(10)]},
            "strata:domain.redirects: 10: "
            "expected at most 9 redirects and previews, because a certificate has 10 names",
            id="more-names-than-a-certificate-has",
        ),
        pytest.param(
            {**APP, "redirects": ["www.example.com"], "previews": ["next.example.com", "www.example.com"]},
            'strata:domain.previews.1: "www.example.com": expected a host name that is not listed before',
            id="preview-that-redirects",
        ),
        pytest.param(
            {**APP, "previews": ["next.example.org"]},
            'strata:domain.previews.0: "next.example.org": '
            "expected a name in the zone example.com: example.com, or one that ends in .example.com",
            id="preview-in-another-zone",
        ),
        pytest.param(
            {"previews": ["next.example.com"]},
            "strata:domain.name: missing: expected the public host name, such as app.example.com",
            id="preview-without-a-name",
        ),
        pytest.param(
            {"name": "app.example.com", "zone": "com"},
            f'strata:domain.zone: "com": {NOT_A_NAME} 253 characters, such as example.com',
            id="zone-of-one-label",
        ),
        pytest.param(
            {"name": "app.example.com", "certificate": ELSEWHERE},
            f'strata:domain.certificate: "{ELSEWHERE}": '
            "expected a certificate in us-east-1, the only region that CloudFront reads",
            id="certificate-in-another-region",
        ),
        pytest.param(
            {**APP, "certificate": "arn:aws:iam::123456789012:server-certificate/app"},
            'strata:domain.certificate: "arn:aws:iam::123456789012:server-certificate/app": '
            r"expected text that matches ^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/[a-f0-9-]+$",
            id="certificate-of-another-service",
        ),
    ],
)
def test_domain_that_cannot_be_served_is_rejected(section: dict[str, Any], expected: str) -> None:
    """Each problem is one line with the key, the value and the expectation."""
    assert problems(domain(**section)) == (expected,)


@pytest.mark.parametrize(
    "name",
    [
        "App.example.com",
        "app.example.com.",
        "*.example.com",
        "https://app.example.com",
        "app example.com",
        "app_1.example.com",
        "-app.example.com",
        "app..example.com",
        "localhost",
        "192.0.2.1",
        "",
        "münchen.example.com",
        f"{'a' * 54}.example.com",
        f"{'a' * 64}.com",
    ],
)
def test_malformed_name_is_rejected_once(name: str) -> None:
    """The zone is not compared with it. A certificate's first name has at most 64 characters."""
    (line,) = problems(domain(name=name, zone="example.com"))

    assert line.startswith("strata:domain.name: ")
    assert line.endswith(f": {NOT_A_NAME} 64 characters, such as app.example.com")


def test_previews_are_hosts_after_the_redirects() -> None:
    """Together with the name they are as many as a certificate has."""
    redirects = [f"r{number}.example.com" for number in range(5)]
    previews = [f"p{number}.example.com" for number in range(4)]

    found = load(domain(**APP, redirects=redirects, previews=previews)).domain.hosts
    assert found == ("app.example.com", *redirects, *previews)


def test_redirect_may_be_longer_than_the_name() -> None:
    """The limit is that of a certificate's first name."""
    long = f"{'a' * 60}.example.com"

    assert load(domain(**APP, redirects=[long])).domain.redirects == (long,)


@pytest.mark.parametrize(
    ("url", "accepted"), [("https://app.example.com", True), ("https://other.example.com", False)]
)
def test_public_address_is_the_domain(url: str, accepted: bool) -> None:
    """Sign-in would return to an address that the stack does not serve."""
    config = {**PRODUCTION, "strata:url": url, "strata:domain": APP}

    if accepted:
        assert load(config).url == url
    else:
        expectation = "expected none, or https://app.example.com, which strata:domain.name serves"
        assert problems(config) == (f'strata:url: "{url}": {expectation}',)


def test_embedded_cloud_keeps_the_address_of_the_front_door() -> None:
    """No name of the domain resolves there."""
    config = {**EMBEDDED, "strata:url": "http://localhost:8080", "strata:domain": APP}

    assert load(config).url == "http://localhost:8080"


@pytest.mark.parametrize(
    ("environment", "expected"), [("ephemeral", False), ("development", False), ("production", True)]
)
def test_firewall_is_on_by_default_in_production_only(environment: str, expected: bool) -> None:
    """A stack file may override the default of its class; it blocks unless it only counts."""
    config = {**PRODUCTION, "strata:environment": environment}
    firewall = load(config).firewall

    assert (firewall.enabled, firewall.mode, firewall.rate_limit) == (expected, "block", 10_000)
    assert load({**config, "strata:firewall": {"enabled": not expected}}).firewall.enabled is not expected
