"""Domain: the public host names and the firewall, which the distribution takes as arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pulumi

    from components.domain import Domain
    from wiring.platform import Platform


@dataclass(frozen=True)
class Front:
    """What the distribution takes from the domain and the firewall.

    Attributes:
        aliases: the distribution's host names beside its own; empty without a domain.
        certificate: the ARN of the issued certificate of these names; None without a domain.
        web_acl: the ARN of the web ACL; None without a firewall.
        redirects: the host that serves, by the host that redirects to it.
        domain: the domain, whose records lead to the distribution; None without one.
    """

    aliases: tuple[str, ...]
    certificate: pulumi.Output[str] | None
    web_acl: pulumi.Output[str] | None
    redirects: Mapping[str, str]
    domain: Domain | None

    def point_to(self, distribution: pulumi.Input[str], hosted_zone_id: pulumi.Input[str]) -> None:
        """Create the DNS records, after the distribution; none without a domain."""
        if self.domain:
            self.domain.point_to(distribution, hosted_zone_id)


def wire(platform: Platform) -> Front:
    """Create the certificate with its records, and the web ACL, as far as the settings ask for them."""
    from components.firewall import Firewall

    settings = platform.settings
    domain = _domain(platform)
    hosts = settings.domain.hosts
    firewall = Firewall("firewall", settings) if settings.firewall.enabled else None
    return Front(
        aliases=hosts,
        certificate=domain.certificate_arn if domain else None,
        web_acl=firewall.arn if firewall else None,
        redirects=dict.fromkeys(settings.domain.redirects, hosts[0]) if hosts else {},
        domain=domain,
    )


def _domain(platform: Platform) -> Domain | None:
    from components.domain import Domain

    settings, given = platform.settings, platform.settings.domain
    if not given.hosts:
        return None
    domain = Domain(
        "domain",
        given.hosts,
        settings,
        zone=given.zone,
        create_zone=given.create_zone,
        certificate=given.certificate,
    )
    if domain.name_servers is not None:
        platform.export(nameServers=domain.name_servers)
    return domain
