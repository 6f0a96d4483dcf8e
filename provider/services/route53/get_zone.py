"""The lookup of a hosted zone."""

from __future__ import annotations

from typing import override

from provider.base import Properties, ProviderError, Values
from provider.cloud import Cloud
from provider.lookup import Lookup
from provider.services.route53.zone import Zone, id_of_zone


class GetZone(Lookup):
    """The only public hosted zone of a name."""

    token = "aws:route53/getZone:getZone"
    inputs = frozenset({"name", "privateZone"})

    @override
    def find(self, cloud: Cloud, arguments: Values) -> Properties:
        name: str = arguments["name"]
        if arguments.get("privateZone"):
            raise ProviderError(f"{name}: expected a public zone: the embedded cloud finds no private ones")
        found = Zone().public(cloud, name)
        if len(found) != 1:
            raise ProviderError(f"{name}: expected one public hosted zone of this name, found {len(found)}")
        zone_id = id_of_zone(found[0])
        return {"id": zone_id, "privateZone": False, **(Zone().read(cloud, zone_id, {}) or {})}
