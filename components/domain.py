"""Domains: the public host names of a distribution, with their certificate and DNS records."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pulumi
import pulumi_aws as aws

from components.base import Component
from settings import CLOUDFRONT_REGION, Settings

VALIDATION_TTL = 300
"""Seconds for which resolvers cache a validation record; ACM reads it again at each yearly renewal."""


class Domain(Component):
    """Public host names with one certificate, and the DNS records that lead to a distribution.

    Example:
        domain = Domain("domain", ["app.example.com", "example.com"], settings, zone="example.com")
        domain.point_to("d111111abcdef8.cloudfront.net", "Z2FDTNDATAQYW2")

    Args:
        hosts: the host names, the one that serves first; at least one.
        zone: the public hosted zone in Route 53 that contains them. Without it no record is created,
            and `certificate` is required.
        create_zone: whether the zone is created; otherwise it is looked up by its name.
        certificate: the ARN of an existing certificate in `us-east-1` for all host names; by default one is
            requested and validated by records in the zone.

    Attributes:
        hosts: the same, as a tuple: the aliases of the distribution.
        certificate_arn: the ARN of a certificate that is issued.
        name_servers: the name servers of the created zone, for the delegation in its parent zone; None if
            the zone was not created.

    Raises:
        ValueError: without host names, or with neither zone nor certificate.
    """

    def __init__(
        self,
        name: str,
        hosts: Sequence[str],
        settings: Settings,
        *,
        zone: str | None = None,
        create_zone: bool = False,
        certificate: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if not hosts:
            raise ValueError(f"domain {name}: expected at least one host")
        super().__init__(name, opts)
        self.hosts = tuple(hosts)
        self.name_servers: pulumi.Output[Sequence[str]] | None = None
        self._zone_id: pulumi.Output[str] | None = None
        if zone and create_zone:
            self._zone_id = self._create_zone(zone, protect=settings.production)
        elif zone:
            self._zone_id = aws.route53.get_zone_output(name=zone, private_zone=False).zone_id
        if certificate:
            self.certificate_arn = pulumi.Output.from_input(certificate)
        elif self._zone_id is not None:
            self.certificate_arn = self._issue(self._zone_id)
        else:
            raise ValueError(f"domain {name}: expected a zone, or a certificate")
        self.register_outputs({"certificateArn": self.certificate_arn})

    def point_to(self, distribution: pulumi.Input[str], hosted_zone_id: pulumi.Input[str]) -> None:
        """Create the records of every host name for IPv4 and IPv6; none without a zone.

        Args:
            distribution: the distribution's domain name. It has the host names as its aliases.
            hosted_zone_id: the zone of that name, which is the same for all distributions.
        """
        if self._zone_id is None:
            return
        target: aws.route53.RecordAliasArgsDict = {
            "name": distribution,
            "zone_id": hosted_zone_id,
            "evaluate_target_health": False,
        }
        for host, kind in product(self.hosts, ("A", "AAAA")):
            aws.route53.Record(
                f"{self.name}-{host}-{kind.lower()}",
                zone_id=self._zone_id,
                name=host,
                type=kind,
                aliases=[target],
                opts=self.child(),
            )

    def _create_zone(self, zone: str, *, protect: bool) -> pulumi.Output[str]:
        made = aws.route53.Zone(
            self.name,
            name=zone,
            comment=f"{pulumi.get_project()}'s stack {pulumi.get_stack()}",
            tags=self.tags,
            # A new zone has other name servers: the domain fails until its parent zone names them.
            opts=self.child(protect=protect),
        )
        self.name_servers = made.name_servers
        return made.zone_id

    def _issue(self, zone_id: pulumi.Output[str]) -> pulumi.Output[str]:
        """Request a certificate for all host names, and return its ARN once it is issued."""
        first, *others = self.hosts
        certificate = aws.acm.Certificate(
            self.name,
            region=CLOUDFRONT_REGION,
            domain_name=first,
            subject_alternative_names=others or None,
            validation_method="DNS",
            tags=self.tags,
            # A distribution keeps its certificate until the next one is issued.
            opts=self.child(),
        )
        records = [self._validation(host, certificate, zone_id) for host in self.hosts]
        validation = aws.acm.CertificateValidation(
            self.name,
            region=CLOUDFRONT_REGION,
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn for record in records],
            opts=self.child(),
        )
        return validation.certificate_arn

    def _validation(
        self, host: str, certificate: aws.acm.Certificate, zone_id: pulumi.Output[str]
    ) -> aws.route53.Record:
        """Create the record that proves the ownership of a host name."""
        option = certificate.domain_validation_options.apply(
            lambda options: next(each for each in options if each.domain_name == host)
        )
        return aws.route53.Record(
            f"{self.name}-{host}-validation",
            zone_id=zone_id,
            name=option.resource_record_name,
            type=option.resource_record_type,
            records=[option.resource_record_value],
            ttl=VALIDATION_TTL,
            # ACM requires the same record for each certificate of an account with this name.
            allow_overwrite=True,
            opts=self.child(),
        )
