"""The domain.

These tests cannot show that a zone is delegated: ACM issues a certificate only if it is.
"""

from __future__ import annotations

from typing import Any

import pytest

from components.domain import Domain
from tests.infrastructure.components.build import dependencies, rejected, settings, tags
from tools.graph import ACCOUNT, Graph, built

CERTIFICATE = "aws:acm/certificate:Certificate"
RECORD = "aws:route53/record:Record"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
ZONE = "aws:route53/zone:Zone"

HOSTS = ["app.example.com", "example.com"]
DISTRIBUTION = "d111111abcdef8.cloudfront.net"
CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
GIVEN = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555"


def domain(environment: str = "development", **options: Any) -> Graph:
    """Return the graph of a domain that points to a distribution, and its certificate as an output."""
    given = {"zone": "example.com", **options}

    def declare() -> None:
        made = Domain("domain", HOSTS, settings(environment), **given)
        made.point_to(DISTRIBUTION, CLOUDFRONT_ZONE)
        made.certificate_arn.apply(found.append)

    found: list[str] = []
    graph = built(declare)
    graph.outputs["certificate"] = found[0]
    return graph


def test_certificate_for_every_host_is_requested_in_cloudfront_s_region() -> None:
    """DNS proves the ownership, so that ACM renews the certificate without a person."""
    graph = domain()

    assert graph.of(CERTIFICATE)["domain"].inputs == {
        "region": "us-east-1",
        "domainName": "app.example.com",
        "subjectAlternativeNames": ["example.com"],
        "validationMethod": "DNS",
        "tags": tags("domain"),
    }


def test_each_host_has_a_validation_record_in_the_zone() -> None:
    """The records are those that ACM asks for; one that exists for an earlier certificate is the same."""
    records = domain().of(RECORD)

    assert {host: records[f"domain-{host}-validation"].inputs for host in HOSTS} == {
        host: {
            "zoneId": "zone-of-example.com",
            "name": f"_validation.{host}.",
            "type": "CNAME",
            "records": [f"_value.{host}.acm-validations.aws."],
            "ttl": 300,
            "allowOverwrite": True,
        }
        for host in HOSTS
    }


def test_validation_waits_for_the_records_in_cloudfront_s_region() -> None:
    """The certificate's ARN is that of the validation: a distribution cannot use one that is not issued."""
    graph = domain()

    arn = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/domain"
    assert graph.of(VALIDATION)["domain"].inputs == {
        "region": "us-east-1",
        "certificateArn": arn,
        "validationRecordFqdns": [f"_validation.{host}" for host in HOSTS],
    }
    assert graph.outputs["certificate"] == arn
    assert {f"{RECORD}::domain-{host}-validation" for host in HOSTS} <= dependencies(
        graph, VALIDATION, "domain"
    )


def test_certificate_of_one_host_has_no_other_names() -> None:
    """ACM rejects an empty list of alternative names."""
    graph = built(lambda: Domain("domain", HOSTS[:1], settings(), zone="example.com"))

    assert "subjectAlternativeNames" not in graph.inputs(CERTIFICATE, "domain")


@pytest.mark.parametrize("kind", ["A", "AAAA"])
def test_every_host_is_an_alias_of_the_distribution(kind: str) -> None:
    """Aliases cost nothing to resolve and work at the apex of a zone."""
    records = domain().of(RECORD)

    assert {host: records[f"domain-{host}-{kind.lower()}"].inputs for host in HOSTS} == {
        host: {
            "zoneId": "zone-of-example.com",
            "name": host,
            "type": kind,
            "aliases": [{"name": DISTRIBUTION, "zoneId": CLOUDFRONT_ZONE, "evaluateTargetHealth": False}],
        }
        for host in HOSTS
    }


def test_existing_zone_is_not_created() -> None:
    """It is looked up by its name."""
    assert domain().of(ZONE) == {}


@pytest.mark.parametrize(("environment", "protect"), [("development", False), ("production", True)])
def test_created_zone_is_used_and_protected_in_production(environment: str, protect: bool) -> None:
    """A zone that is created again has other name servers, and needs a new delegation."""
    graph = domain(environment, create_zone=True)

    zone = graph.of(ZONE)["domain"]
    assert zone.inputs == {
        "name": "example.com",
        "comment": "strata's stack test",
        "tags": tags("domain"),
    }
    assert zone.protect is protect
    assert {item.inputs["zoneId"] for item in graph.of(RECORD).values()} == {"domain-id"}


def test_given_certificate_is_used_as_it_is() -> None:
    """Nothing is requested or validated; the zone still gets the aliases."""
    graph = domain(certificate=GIVEN)

    assert graph.outputs["certificate"] == GIVEN
    assert (graph.of(CERTIFICATE), graph.of(VALIDATION)) == ({}, {})
    assert set(graph.of(RECORD)) == {f"domain-{host}-{kind}" for host in HOSTS for kind in ("a", "aaaa")}


def test_domain_without_a_zone_has_no_records() -> None:
    """Its DNS is elsewhere."""
    assert {item.type for item in domain(zone=None, certificate=GIVEN).resources.values()} == {
        "strata:components:Domain"
    }


@pytest.mark.parametrize(
    ("hosts", "zone", "missing"),
    [([], "example.com", "at least one host"), (["app.example.com"], None, "a zone, or a certificate")],
)
def test_domain_without_hosts_or_zone_is_rejected(hosts: list[str], zone: str | None, missing: str) -> None:
    """The error names what is missing."""
    rejected(lambda: Domain("domain", hosts, settings(), zone=zone), f"^domain domain: expected {missing}$")
