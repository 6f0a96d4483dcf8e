"""Route 53's resource types against the embedded cloud."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from provider.base import Properties, ProviderError
from provider.cloud import Cloud
from provider.services.route53.get_zone import GetZone
from provider.services.route53.record import Record
from provider.services.route53.zone import Zone
from tests.local.provider.lifecycle import exercise, expect_reads

TARGET = {"name": "d111111abcdef8.cloudfront.net", "zoneId": "Z2FDTNDATAQYW2", "evaluateTargetHealth": False}


@pytest.fixture
def zone(cloud: Cloud) -> str:
    """The ID of a zone of this test."""
    return Zone().create(cloud, {"name": "records.example.com"})


def record(zone: str, **inputs: Any) -> Properties:
    """Return the inputs of a record in a zone."""
    return {"zoneId": zone, "name": "app.records.example.com", **inputs}


def test_zone_create_read_update_delete(cloud: Cloud) -> None:
    """A zone has the name servers that its parent zone must name."""
    tags = {"stack": "local", "component": "domain"}
    inputs = {"name": "life.example.com", "comment": "first", "tags": tags}
    changed = {**inputs, "comment": "second", "tags": {"stack": "local", "owner": "team"}}

    read = exercise(cloud, Zone(), inputs, changed)

    servers = read.pop("nameServers")
    assert len(servers) == 4
    assert read.pop("primaryNameServer") in servers
    zone_id = read.pop("zoneId")
    assert read == {**inputs, "arn": f"arn:aws:route53:::hostedzone/{zone_id}"}


def test_zone_with_inputs_removed_reads_as_new(cloud: Cloud) -> None:
    """An update without the optional inputs restores their defaults."""
    bare = {"name": "bare.example.com"}
    zone_id = Zone().create(cloud, bare)
    before = Zone().read(cloud, zone_id, bare)
    full = {**bare, "comment": "other", "tags": {"a": "b"}}

    Zone().update(cloud, zone_id, bare, full)
    expect_reads(cloud, Zone(), zone_id, full)
    Zone().update(cloud, zone_id, full, bare)

    assert Zone().read(cloud, zone_id, bare) == before


def test_comment_distinguishes_zones_of_one_name(cloud: Cloud) -> None:
    """Another stack's zone of the same name is not adopted."""
    other = Zone().create(cloud, {"name": "shared.example.com", "comment": "strata's stack other"})
    own = {"name": "shared.example.com", "comment": "strata's stack local"}

    assert Zone().find(cloud, own) is None
    assert Zone().create(cloud, own) != other


def test_lookup_finds_the_only_zone_of_a_name(cloud: Cloud) -> None:
    """It returns what the zone itself has, besides its kind."""
    zone_id = Zone().create(cloud, {"name": "found.example.com", "tags": {"stack": "other"}})
    Zone().create(cloud, {"name": "other.found.example.com"})
    expected = {"id": zone_id, "privateZone": False, **(Zone().read(cloud, zone_id, {}) or {})}

    for name in ("found.example.com", "Found.example.com."):
        assert GetZone().find(cloud, {"name": name, "privateZone": False}) == expected


@pytest.mark.parametrize(("name", "count"), [("nowhere.example.com", 0), ("twice.example.com", 2)])
def test_lookup_of_a_name_without_exactly_one_zone_is_rejected(cloud: Cloud, name: str, count: int) -> None:
    """The error has the number of zones."""
    for number in range(count):
        Zone().create(cloud, {"name": name, "comment": str(number)})

    with pytest.raises(ProviderError, match=f"^{name}: expected one public .* name, found {count}$"):
        GetZone().find(cloud, {"name": name})


def test_lookup_of_a_private_zone_is_rejected(cloud: Cloud) -> None:
    """The provider creates public zones only."""
    with pytest.raises(ProviderError, match=r"^a\.example\.com: expected a public zone"):
        GetZone().find(cloud, {"name": "a.example.com", "privateZone": True})


def test_zone_with_records_is_not_deleted(cloud: Cloud, zone: str) -> None:
    """AWS refuses to delete a zone with records that others made."""
    Record().create(cloud, record(zone, type="TXT", ttl=60, records=['"text"']))

    with pytest.raises(ClientError, match="HostedZoneNotEmpty"):
        Zone().delete(cloud, zone, {})


def test_record_create_read_update_delete(cloud: Cloud, zone: str) -> None:
    """A record reads as it was written, and its ID contains zone, name and type."""
    inputs = record(zone, name="_a_b.records.example.com", type="CNAME", ttl=300, records=["c.example.net."])
    changed = {**inputs, "ttl": 60, "records": ["d.example.net."]}

    assert Record().id_of(cloud, inputs) == f"{zone}__a_b.records.example.com_CNAME"
    assert exercise(cloud, Record(), inputs, changed) == {**inputs, "fqdn": "_a_b.records.example.com"}


def test_name_with_a_final_dot_reads_as_it_was_written(cloud: Cloud, zone: str) -> None:
    """ACM returns the names of validation records so."""
    inputs = record(zone, name="_x.records.example.com.", type="CNAME", ttl=300, records=["y.example.net."])

    assert exercise(cloud, Record(), inputs, inputs)["fqdn"] == "_x.records.example.com"


@pytest.mark.parametrize("kind", ["A", "AAAA"])
def test_alias_create_read_update_delete(cloud: Cloud, zone: str, kind: str) -> None:
    """An alias has no time to live."""
    inputs = record(zone, type=kind, aliases=[TARGET])
    other = {**TARGET, "name": "d222222abcdef8.cloudfront.net"}

    read = exercise(cloud, Record(), inputs, {**inputs, "aliases": [other]})

    assert read == {**inputs, "fqdn": "app.records.example.com"}


def test_existing_record_is_overwritten_only_if_allowed(cloud: Cloud, zone: str) -> None:
    """A record that another program made is kept."""
    inputs = record(zone, type="A", ttl=60, records=["192.0.2.1"])
    resource_id = Record().create(cloud, inputs)

    with pytest.raises(ClientError, match="already exists"):
        Record().create(cloud, {**inputs, "records": ["192.0.2.2"]})
    expect_reads(cloud, Record(), resource_id, inputs)

    allowed = {**inputs, "records": ["192.0.2.3"], "allowOverwrite": True}
    assert Record().create(cloud, allowed) == resource_id
    expect_reads(cloud, Record(), resource_id, allowed)


def test_record_of_another_type_is_not_found(cloud: Cloud, zone: str) -> None:
    """Route 53's list begins at the next record if the requested one does not exist."""
    Record().create(cloud, record(zone, type="AAAA", ttl=60, records=["2001:db8::1"]))

    assert Record().find(cloud, record(zone, type="A")) is None
    assert Record().find(cloud, record(zone, name="aaa.records.example.com", type="AAAA")) is None


@pytest.mark.parametrize(("kind", "name"), [(Zone(), "ZNOTHING"), (Record(), "ZNOTHING_a.example.com_A")])
def test_missing_resource_reads_as_none_and_delete_succeeds(cloud: Cloud, kind: Any, name: str) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    kind.delete(cloud, name, {})

    assert kind.read(cloud, name, {}) is None
