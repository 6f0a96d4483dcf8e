"""The domain and the firewall of whole stacks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infrastructure.conftest import graph_of
from tools.graph import ACCOUNT, Graph, whole

ACL = "aws:wafv2/webAcl:WebAcl"
CERTIFICATE = "aws:acm/certificate:Certificate"
CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
KEY = "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey"
RECORD = "aws:route53/record:Record"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
ZONE = "aws:route53/zone:Zone"

HOSTS = ["strata.example.com", "www.strata.example.com"]


def distribution(graph: Graph) -> Any:
    """Return the inputs of the only distribution."""
    (only,) = graph.of(DISTRIBUTION).values()
    return only.inputs


def callbacks(graph: Graph) -> set[str]:
    """Return the origins to which sign-in returns."""
    urls = graph.inputs(CLIENT, "auth-app")["callbackUrls"]
    return {"/".join(url.split("/", 3)[:3]) for url in urls}


def keys(graph: Graph) -> dict[str, str]:
    """Return the entries of the key-value store."""
    return {item.inputs["key"]: item.inputs["value"] for item in graph.of(KEY).values()}


def test_production_serves_its_domain(prod: Graph) -> None:
    """The distribution has every host name, with the certificate that ACM has issued for them."""
    found = distribution(prod)

    assert found["aliases"] == HOSTS
    assert found["viewerCertificate"]["acmCertificateArn"] == (
        f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/domain"
    )
    assert any(f"{VALIDATION}::domain" in urn for urn in prod.of(DISTRIBUTION)["site"].dependencies)
    assert prod.outputs["url"] == "https://strata.example.com"
    assert callbacks(prod) == {"https://strata.example.com"}


def test_production_s_names_lead_to_the_distribution(prod: Graph) -> None:
    """Each has a record for IPv4 and one for IPv6, in the zone that exists."""
    records = [item.inputs for item in prod.of(RECORD).values()]
    aliases = {(each["name"], each["type"]): each["aliases"] for each in records if "aliases" in each}
    target = {"name": "site.cloudfront.net", "zoneId": "Z2FDTNDATAQYW2", "evaluateTargetHealth": False}

    assert aliases == {(host, kind): [target] for host in HOSTS for kind in ("A", "AAAA")}
    assert {each["zoneId"] for each in records} == {"zone-of-example.com"}
    assert prod.of(ZONE) == {}


def test_redirects_are_entries_of_the_key_value_store(prod: Graph) -> None:
    """The function of the default behavior reads them."""
    redirects = {key: value for key, value in keys(prod).items() if key.startswith("redirect:")}

    assert redirects == {"redirect:www.strata.example.com": "strata.example.com"}


def test_development_has_no_domain(dev: Graph) -> None:
    """CloudFront's own name serves, with CloudFront's certificate, and sign-in returns to it."""
    found = distribution(dev)

    assert not found.get("aliases")
    assert found["viewerCertificate"] == {"cloudfrontDefaultCertificate": True}
    assert [dev.of(kind) for kind in (CERTIFICATE, RECORD, VALIDATION, ZONE)] == [{}] * 4
    assert callbacks(dev) == {dev.outputs["url"]}
    assert dev.outputs["url"].endswith(".cloudfront.net")


@pytest.mark.parametrize(("stack", "on"), [("local", False), ("dev", False), ("prod", True)])
def test_firewall_follows_the_environment_class(stack: str, on: bool) -> None:
    """The distribution has the web ACL of its stack."""
    graph = graph_of(stack)
    arns = [f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/firewall/firewall"] if on else []

    assert list(graph.of(ACL)) == ["firewall"] * on
    assert [arn for arn in [distribution(graph).get("webAclId")] if arn] == arns


def test_development_may_have_a_domain_and_a_firewall() -> None:
    """Options do not depend on the class; the name servers of a created zone are an output."""
    domain = {"name": "dev.example.com", "zone": "dev.example.com", "createZone": True}
    graph = whole("dev", strata__domain=domain, strata__firewall={"enabled": True, "mode": "count"})

    assert distribution(graph)["aliases"] == ["dev.example.com"]
    assert list(graph.of(ZONE)) == ["domain"]
    assert graph.outputs["nameServers"] == ["ns-1.awsdns-1.com", "ns-2.awsdns-2.net"]
    assert "webAclId" in distribution(graph)


def test_preview_serves_and_does_not_redirect() -> None:
    """The function redirects before it reads the release that a host shows."""
    domain = {
        "name": "app.example.com",
        "zone": "example.com",
        "redirects": ["example.com"],
        "previews": ["next.example.com"],
    }
    graph = whole("dev", strata__domain=domain)
    hosts = ["app.example.com", "example.com", "next.example.com"]
    certificate = graph.inputs(CERTIFICATE, "domain")

    assert distribution(graph)["aliases"] == hosts
    assert [certificate["domainName"], *certificate["subjectAlternativeNames"]] == hosts
    assert keys(graph).keys() == {"default", "redirect:example.com"}
    assert {f"domain-next.example.com-{kind}" for kind in ("a", "aaaa", "validation")} <= graph.of(
        RECORD
    ).keys()


def test_given_certificate_needs_no_zone() -> None:
    """DNS elsewhere: the stack makes neither certificate nor records."""
    arn = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/1111-2222"
    graph = whole("dev", strata__domain={"name": "app.example.org", "certificate": arn})

    assert distribution(graph)["viewerCertificate"]["acmCertificateArn"] == arn
    assert [graph.of(kind) for kind in (CERTIFICATE, RECORD, VALIDATION, ZONE)] == [{}] * 4
    assert callbacks(graph) == {"https://app.example.org"}
