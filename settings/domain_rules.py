"""The rules of the section `domain`, one function a rule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from settings.messages import problem
from settings.sections import Domain, StackConfig

CLOUDFRONT_REGION = "us-east-1"
"""The region of a distribution's certificate, web ACL and access log, whatever the stack's own region is:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html"""

HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")
"""A domain name of at least two labels, in lower case and without wildcards or a final dot."""
COMMON_NAME = 64
"""The most characters of a certificate's first name:
https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html"""
LONGEST_HOST = 253
MOST_HOSTS = 10
"""The names of a certificate, unless AWS raises the account's quota:
https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html"""


def domain_problems(config: StackConfig) -> Iterator[str]:
    """Yield every problem of the domain; those of names only if all names are well formed."""
    domain = config.domain
    yield from _domain_is_complete(domain)
    malformed = [*_names_are_well_formed(domain)]
    yield from malformed or (*_zone_contains_hosts(domain), *_hosts_are_distinct(domain))
    yield from _certificate_has_every_host(domain)
    yield from _certificate_is_in_the_region(domain)
    yield from _address_is_the_domain(config)


def _others(domain: Domain) -> Mapping[str, str]:
    """Return the host names beside `name`, by their keys."""
    lists = {"redirects": domain.redirects, "previews": domain.previews}
    return {f"domain.{key}.{index}": host for key, hosts in lists.items() for index, host in enumerate(hosts)}


def _domain_is_complete(domain: Domain) -> Iterator[str]:
    given = domain.zone or _others(domain) or domain.certificate or domain.create_zone
    if given and domain.name is None:
        yield problem("domain.name", None, "expected the public host name, such as app.example.com")
    if domain.name is not None and domain.zone is None and domain.certificate is None:
        expectation = (
            f"expected the hosted zone in Route 53 that contains {domain.name}, "
            "or strata:domain.certificate for a domain whose DNS is elsewhere"
        )
        yield problem("domain.zone", None, expectation)
    if domain.create_zone and domain.zone is None:
        yield problem("domain.createZone", value=True, expectation="expected strata:domain.zone beside it")


def _names_are_well_formed(domain: Domain) -> Iterator[str]:
    names = {
        "domain.name": (domain.name, COMMON_NAME),
        "domain.zone": (domain.zone, LONGEST_HOST),
        **{key: (host, LONGEST_HOST) for key, host in _others(domain).items()},
    }
    for key, (name, most) in names.items():
        if name is not None and (len(name) > most or not HOST.fullmatch(name)):
            expectation = f"expected a domain name in lower case of at most {most} characters, such as "
            yield problem(
                key, name, expectation + ("example.com" if key.endswith("zone") else "app.example.com")
            )


def _zone_contains_hosts(domain: Domain) -> Iterator[str]:
    zone, first = domain.zone, {"domain.name": domain.name} if domain.name else {}
    for key, host in {**first, **_others(domain)}.items():
        if zone and host != zone and not host.endswith(f".{zone}"):
            yield problem(
                key, host, f"expected a name in the zone {zone}: {zone}, or one that ends in .{zone}"
            )


def _hosts_are_distinct(domain: Domain) -> Iterator[str]:
    listed = {domain.name}
    for key, host in _others(domain).items():
        if host in listed:
            yield problem(key, host, "expected a host name that is not listed before")
        listed.add(host)


def _certificate_has_every_host(domain: Domain) -> Iterator[str]:
    others = len(_others(domain))
    if others >= MOST_HOSTS:
        expectation = f"expected at most {MOST_HOSTS - 1} redirects and previews, because a certificate has"
        yield problem("domain.redirects", others, f"{expectation} {MOST_HOSTS} names")


def _certificate_is_in_the_region(domain: Domain) -> Iterator[str]:
    region = domain.certificate.split(":")[3] if domain.certificate else CLOUDFRONT_REGION
    if region != CLOUDFRONT_REGION:
        expectation = f"expected a certificate in {CLOUDFRONT_REGION}, the only region that CloudFront reads"
        yield problem("domain.certificate", domain.certificate, expectation)


def _address_is_the_domain(config: StackConfig) -> Iterator[str]:
    address = config.domain.address
    if address and config.url and config.url != address and not config.endpoint:
        yield problem("url", config.url, f"expected none, or {address}, which strata:domain.name serves")
