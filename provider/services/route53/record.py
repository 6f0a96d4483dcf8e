"""Records of a hosted zone."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Block, Fields
from provider.resource import Resource
from provider.services.route53 import SERVICE
from provider.shapes import domain_name

ALIAS = Block(
    "AliasTarget",
    {"name": "DNSName", "zoneId": "HostedZoneId", "evaluateTargetHealth": "EvaluateTargetHealth"},
)


class Record(Resource):
    """The records of one name and type in a zone; its ID is `zone_name_type`."""

    token = "aws:route53/record:Record"
    service = SERVICE
    fields: ClassVar[Fields] = {"name": "Name", "type": "Type", "ttl": "TTL"}
    inputs = frozenset({*fields, "zoneId", "records", "aliases", "allowOverwrite"})
    replace_on = frozenset({"zoneId", "name", "type"})

    @override
    def to_aws(self, inputs: Values) -> Properties:
        values: list[str] = inputs.get("records") or []
        aliases: list[Properties] = inputs.get("aliases") or []
        return {
            **super().to_aws(inputs),
            **({"ResourceRecords": [{"Value": value} for value in values]} if values else {}),
            **({ALIAS.name: ALIAS.to_aws(aliases[0])} if aliases else {}),
        }

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        """Return the inputs; a name reads as the program wrote it while it is the same domain name."""
        read = super().from_aws(found, known)
        read["name"] = _as_written(read["name"], known.get("name"))
        if values := found.get("ResourceRecords"):
            read["records"] = [each["Value"] for each in values]
        if target := found.get(ALIAS.name):
            alias = ALIAS.from_aws(target, None)
            written: list[Properties] = known.get("aliases") or [{}]
            read["aliases"] = [{**alias, "name": _as_written(alias["name"], written[0].get("name"))}]
        return read

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        return {"zoneId": _parts(resource_id)[0], "fqdn": domain_name(found["Name"])}

    @override
    def id_of(self, cloud: Cloud, inputs: Values) -> str:
        return f"{inputs['zoneId']}_{domain_name(inputs['name'])}_{inputs['type']}"

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        resource_id = self.id_of(cloud, inputs)
        action = "UPSERT" if inputs.get("allowOverwrite") else "CREATE"
        self._change(cloud, resource_id, action, self.to_aws(inputs))
        return resource_id

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self._change(cloud, resource_id, "UPSERT", self.to_aws(new))

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        # Route 53 deletes a record only if the request describes all of it.
        found = self.describe(cloud, resource_id, known)
        if found is not None:
            self._change(cloud, resource_id, "DELETE", found)

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        zone, name, kind = _parts(resource_id)
        response: Any = self.call_unless_gone(
            cloud,
            "list_resource_record_sets",
            HostedZoneId=zone,
            StartRecordName=name,
            StartRecordType=kind,
            MaxItems="1",
        )
        # The list begins at the name and type, or at the next ones that exist.
        for found in response["ResourceRecordSets"] if response else ():
            if (domain_name(found["Name"]), found["Type"]) == (name, kind):
                return found
        return None

    def _change(self, cloud: Cloud, resource_id: str, action: str, record: Values) -> None:
        change = {"Action": action, "ResourceRecordSet": record}
        self.call(
            cloud,
            "change_resource_record_sets",
            HostedZoneId=_parts(resource_id)[0],
            ChangeBatch={"Changes": [change]},
        )


def _parts(resource_id: str) -> tuple[str, str, str]:
    """Return zone, name and type; a name may contain underscores."""
    zone, _, rest = resource_id.partition("_")
    name, _, kind = rest.rpartition("_")
    return zone, name, kind


def _as_written(found: str, known: str | None) -> str:
    return known if known and domain_name(known) == domain_name(found) else domain_name(found)
