"""Hosted zones."""

from __future__ import annotations

from typing import Any, ClassVar, override
from uuid import uuid4

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names
from provider.resource import Resource
from provider.service import Tags, tag_changes
from provider.services.route53 import SERVICE
from provider.shapes import domain_name

TAGS = Tags(read="list_tags_for_resource", member="Tags")
RESOURCE = "hostedzone"
"""The resource type in the calls for tags, and the beginning of the IDs that Route 53 returns."""


class Zone(Resource):
    """A public hosted zone; AWS chooses its ID."""

    token = "aws:route53/zone:Zone"
    service = SERVICE
    noun = "hosted_zone"
    update_call = "update_hosted_zone_comment"
    key: ClassVar[Names] = {"id": "Id"}
    fields: ClassVar[Fields] = {"comment": "Comment"}
    inputs = frozenset({*fields, "name", "tags"})
    replace_on = frozenset({"name"})
    arn = "arn:aws:route53:::hostedzone/{id}"
    defaults: ClassVar[Properties] = {"comment": "Managed by Pulumi"}

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        zone = self.call(
            cloud,
            self.create_call,
            Name=inputs["name"],
            CallerReference=str(uuid4()),
            HostedZoneConfig=self.to_aws({**self.defaults, **inputs}),
        )["HostedZone"]
        zone_id = id_of_zone(zone)
        # Route 53 takes no tags at the creation.
        self.update_tags(cloud, zone_id, {}, inputs)
        return zone_id

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        zone = found["HostedZone"]
        return {"name": domain_name(zone["Name"]), "comment": zone["Config"].get("Comment", "")}

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        servers: list[str] = found["DelegationSet"]["NameServers"]
        return {"zoneId": resource_id, "nameServers": sorted(servers), "primaryNameServer": servers[0]}

    @override
    def read_tags(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        response = self.call(cloud, TAGS.read, ResourceType=RESOURCE, ResourceId=resource_id)
        return {"tags": TAGS.from_aws(response["ResourceTagSet"][TAGS.member])}

    @override
    def update_tags(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        to_set, to_remove = tag_changes(old, new)
        # Route 53 rejects empty lists.
        changes = {
            **({"AddTags": TAGS.to_aws(to_set)} if to_set else {}),
            **({"RemoveTagKeys": to_remove} if to_remove else {}),
        }
        if changes:
            self.call(
                cloud, "change_tags_for_resource", ResourceType=RESOURCE, ResourceId=resource_id, **changes
            )

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """Return the zone with the name and the comment; several zones may have the same name."""
        comment = inputs.get("comment", self.defaults["comment"])
        same = (
            zone for zone in self.public(cloud, inputs["name"]) if zone["Config"].get("Comment") == comment
        )
        return next(map(id_of_zone, same), None)

    def public(self, cloud: Cloud, name: str) -> list[Any]:
        """Return the public zones of a name; AWS allows several."""
        zones = self.list_all(cloud, "list_hosted_zones", "HostedZones")
        return [
            zone
            for zone in zones
            if domain_name(zone["Name"]) == domain_name(name) and not zone["Config"]["PrivateZone"]
        ]


def id_of_zone(zone: Values) -> str:
    """Return the ID of a zone from its description."""
    return zone["Id"].removeprefix(f"/{RESOURCE}/")
