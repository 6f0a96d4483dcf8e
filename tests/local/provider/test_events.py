"""EventBridge's resource types against the embedded cloud."""

from __future__ import annotations

import json

import pytest

from provider.base import Properties, ProviderError, ResourceType
from provider.cloud import Cloud
from provider.registry import types_of
from provider.services.events.event_api_destination import EventApiDestination
from provider.services.events.event_archive import EventArchive
from provider.services.events.event_bus import EventBus
from provider.services.events.event_connection import EventConnection
from provider.services.events.event_rule import EventRule
from provider.services.events.event_target import EventTarget
from tests.local.provider.buses import USERS, bus_with_rule, created
from tests.local.provider.lifecycle import exercise, expect_reads

KEY = "arn:aws:kms:us-east-1:000000000000:key/k"
ROLE = "arn:aws:iam::000000000000:role/deliver"
QUEUE = "arn:aws:sqs:us-east-1:000000000000:"
TYPES = types_of("events")
PARTNERS = json.dumps({"source": [{"prefix": "partner."}]}, indent=2)


def test_bus_create_read_update_delete_with_every_input(cloud: Cloud) -> None:
    """A bus reads as it was written, before and after an update of every input that can change."""
    inputs: Properties = {
        "name": "life",
        "description": "what happens",
        "kmsKeyIdentifier": KEY,
        "deadLetterConfig": {"arn": QUEUE + "dead"},
        "logConfig": {"includeDetail": "FULL", "level": "ERROR"},
        "tags": {"stack": "local", "component": "events"},
    }
    changed: Properties = {
        "name": "life",
        "description": "what has happened",
        "kmsKeyIdentifier": "alias/other",
        "deadLetterConfig": {"arn": QUEUE + "dead-events"},
        "logConfig": {"includeDetail": "NONE", "level": "TRACE"},
        "tags": {"stack": "local", "owner": "team"},
    }

    read = exercise(cloud, EventBus(), inputs, changed)

    assert read == {**inputs, "arn": cloud.arn("events", "event-bus/life")}


@pytest.mark.parametrize(
    ("kind", "bare", "full"),
    [
        (
            EventBus(),
            {"name": "bare"},
            {
                "description": "full",
                "kmsKeyIdentifier": KEY,
                "deadLetterConfig": {"arn": QUEUE + "dead"},
                "logConfig": {"includeDetail": "FULL", "level": "ERROR"},
                "tags": {"a": "b"},
            },
        ),
        (
            EventArchive(),
            {"name": "bare", "eventSourceArn": "arn:aws:events:us-east-1:000000000000:event-bus/default"},
            {"description": "full", "eventPattern": USERS, "retentionDays": 7, "kmsKeyIdentifier": KEY},
        ),
        (
            EventRule(),
            {"name": "bare", "eventPattern": USERS},
            {"description": "full", "state": "DISABLED", "tags": {"a": "b"}},
        ),
        (
            EventApiDestination(),
            {
                "name": "bare",
                "connectionArn": "arn:aws:events:us-east-1:000000000000:connection/none",
                "httpMethod": "POST",
                "invocationEndpoint": "https://example.com/",
            },
            {"description": "full", "invocationRateLimitPerSecond": 1},
        ),
    ],
    ids=["bus", "archive", "rule", "api-destination"],
)
def test_resource_with_inputs_removed_reads_as_new(
    cloud: Cloud, kind: ResourceType, bare: Properties, full: Properties
) -> None:
    """An update without the optional inputs restores the values that AWS gives a new resource."""
    resource_id = kind.create(cloud, bare)
    before = kind.read(cloud, resource_id, bare)

    kind.update(cloud, resource_id, bare, {**bare, **full})
    expect_reads(cloud, kind, resource_id, {**bare, **full})
    kind.update(cloud, resource_id, {**bare, **full}, bare)

    assert kind.read(cloud, resource_id, bare) == before


def test_archive_create_read_update_delete_with_every_input(cloud: Cloud) -> None:
    """An archive reads as it was written, its pattern with the program's formatting."""
    source = created(cloud, EventBus(), {"name": "archived"})["arn"]
    inputs: Properties = {
        "name": "life",
        "eventSourceArn": source,
        "description": "thirty days",
        "eventPattern": USERS,
        "retentionDays": 30,
        "kmsKeyIdentifier": KEY,
    }
    changed: Properties = {
        "name": "life",
        "eventSourceArn": source,
        "description": "for ever",
        "eventPattern": PARTNERS,
        "retentionDays": 0,
        "kmsKeyIdentifier": "alias/other",
    }

    read = exercise(cloud, EventArchive(), inputs, changed)

    assert read == {**inputs, "arn": cloud.arn("events", "archive/life")}


@pytest.mark.parametrize(
    ("bus", "resource_id", "path"),
    [
        (None, "life", "life"),
        ("default", "life", "life"),
        ("ruled", "ruled/life", "ruled/life"),
        (
            "arn:aws:events:us-east-1:000000000000:event-bus/ruled",
            "arn:aws:events:us-east-1:000000000000:event-bus/ruled/life",
            "ruled/life",
        ),
    ],
    ids=["no-bus", "default-bus", "bus-by-name", "bus-by-arn"],
)
def test_rule_create_read_update_delete(cloud: Cloud, bus: str | None, resource_id: str, path: str) -> None:
    """A rule reads as it was written, with its bus given by name or by ARN, and belongs to that bus."""
    EventBus().create(cloud, {"name": "ruled"})
    place: Properties = {"name": "life"} if bus is None else {"name": "life", "eventBusName": bus}
    inputs: Properties = {
        **place,
        "description": "users",
        "eventPattern": USERS,
        "state": "ENABLED",
        "tags": {"stack": "local", "component": "events"},
    }
    changed: Properties = {
        **place,
        "description": "partners",
        "eventPattern": PARTNERS,
        "state": "DISABLED",
        "tags": {"stack": "local", "owner": "team"},
    }

    read = exercise(cloud, EventRule(), inputs, changed)

    arn = cloud.arn("events", f"rule/{path}")
    assert read == {"eventBusName": "default", **inputs, "scheduleExpression": "", "arn": arn}
    assert EventRule().create(cloud, inputs) == resource_id
    EventBus().delete(cloud, "ruled", {})


def test_scheduled_rule_becomes_a_pattern_rule(cloud: Cloud) -> None:
    """After the update, a scheduled rule matches events and has no schedule."""
    exercise(
        cloud,
        EventRule(),
        {"name": "turning", "scheduleExpression": "rate(5 minutes)"},
        {"name": "turning", "eventPattern": USERS, "scheduleExpression": ""},
    )


@pytest.mark.parametrize(
    ("name", "target_id"),
    [("made-up", {}), ("given", {"targetId": "audit"})],
    ids=["id-made-up", "id-given"],
)
def test_target_create_read_update_delete_with_every_input(
    cloud: Cloud, name: str, target_id: Properties
) -> None:
    """A target reads as it was written, with a given or a generated ID."""
    place = bus_with_rule(cloud, name)
    other = EventTarget().create(cloud, {**place, "arn": QUEUE + "other"})
    inputs: Properties = {
        **place,
        **target_id,
        "arn": cloud.arn("events", "api-destination/partner"),
        "roleArn": ROLE,
        "retryPolicy": {"maximumEventAgeInSeconds": 3600, "maximumRetryAttempts": 10},
        "deadLetterConfig": {"arn": QUEUE + "dead"},
        "inputTransformer": {
            "inputPaths": {"userId": "$.detail.data.user.id"},
            "inputTemplate": '{"id": <userId>}',
        },
        "httpTarget": {
            "headerParameters": {"X-source": "strata"},
            "pathParameterValues": ["users"],
            "queryStringParameters": {"version": "1"},
        },
    }
    changed: Properties = {
        **place,
        **target_id,
        "arn": QUEUE + "life.fifo",
        "retryPolicy": {"maximumEventAgeInSeconds": 60, "maximumRetryAttempts": 0},
        "deadLetterConfig": {"arn": QUEUE + "dead-events"},
        "inputPath": "$.detail",
        "sqsTarget": {"messageGroupId": "users"},
    }

    read = exercise(cloud, EventTarget(), inputs, changed)

    assert read == {**inputs, "targetId": read["targetId"]}
    assert EventTarget().find(cloud, {**place, "arn": QUEUE + "other"}) == other
    assert EventTarget().create(cloud, {**inputs, "targetId": "x"}) == f"{name}-{name}-x"


def test_target_of_the_default_bus_create_read_update_delete(cloud: Cloud) -> None:
    """On the default bus, a target's ID does not contain the bus."""
    EventRule().create(cloud, {"name": "plain", "eventPattern": USERS})
    inputs: Properties = {"rule": "plain", "targetId": "t", "arn": QUEUE + "plain", "input": '{"a": 1}'}

    read = exercise(cloud, EventTarget(), inputs, {**inputs, "input": '{"a": 2}'})

    assert read == {**inputs, "eventBusName": "default"}
    assert EventTarget().create(cloud, inputs) == "plain-t"


def test_target_with_an_unknown_key_is_rejected(cloud: Cloud) -> None:
    """The error names the unknown key and the known ones."""
    place = bus_with_rule(cloud, "misspelt")

    with pytest.raises(ProviderError, match=r"unknown maximumRetries; known are maximumEventAgeInSeconds, "):
        EventTarget().create(cloud, {**place, "arn": QUEUE, "retryPolicy": {"maximumRetries": 1}})


@pytest.mark.parametrize(
    ("authorization", "parameters", "changed"),
    [
        (
            "API_KEY",
            {"apiKey": {"key": "X-Api-Key", "value": "first"}},
            {"apiKey": {"key": "X-Other-Key", "value": "second"}},
        ),
        (
            "BASIC",
            {"basic": {"username": "strata", "password": "first"}},
            {"basic": {"username": "strata", "password": "second"}},
        ),
    ],
    ids=["api-key", "basic"],
)
def test_connection_create_read_update_delete(
    cloud: Cloud, authorization: str, parameters: Properties, changed: Properties
) -> None:
    """A connection reads as it was written, its secret as last known."""
    inputs: Properties = {
        "name": "life",
        "description": "a partner's",
        "authorizationType": authorization,
        "authParameters": parameters,
    }

    read = exercise(
        cloud, EventConnection(), inputs, {**inputs, "description": "", "authParameters": changed}
    )

    assert read == {**inputs, "arn": cloud.arn("events", "connection/life")}


def test_connection_changed_outside_pulumi_reads_as_changed(cloud: Cloud) -> None:
    """Drift in the properties that AWS returns is read; the secret stays as known."""
    inputs: Properties = {
        "name": "drifting",
        "authorizationType": "API_KEY",
        "authParameters": {"apiKey": {"key": "X-Api-Key", "value": "known"}},
    }
    EventConnection().create(cloud, inputs)
    by_hand = {"ApiKeyAuthParameters": {"ApiKeyName": "X-By-Hand", "ApiKeyValue": "unknown"}}
    cloud.client("events").update_connection(Name="drifting", AuthParameters=by_hand)

    read = EventConnection().read(cloud, "drifting", inputs) or {}

    assert read["authParameters"] == {"apiKey": {"key": "X-By-Hand", "value": "known"}}
    cloud.client("events").deauthorize_connection(Name="drifting")
    assert (EventConnection().read(cloud, "drifting", inputs) or {})["authParameters"] == {}


def test_connection_with_unknown_authorization_is_rejected(cloud: Cloud) -> None:
    """The error names the unknown authorization and the known ones."""
    inputs: Properties = {
        "name": "refused",
        "authorizationType": "OAUTH_CLIENT_CREDENTIALS",
        "authParameters": {"oauth": {}},
    }

    with pytest.raises(ProviderError, match=r"authParameters: unknown oauth; known are apiKey, basic"):
        EventConnection().create(cloud, inputs)


def test_api_destination_create_read_update_delete_with_every_input(cloud: Cloud) -> None:
    """An API destination reads as it was written, before and after an update of every input."""
    inputs: Properties = {
        "name": "life",
        "description": "a partner's",
        "connectionArn": cloud.arn("events", "connection/one"),
        "httpMethod": "POST",
        "invocationEndpoint": "https://example.com/events",
        "invocationRateLimitPerSecond": 5,
    }
    changed: Properties = {
        "name": "life",
        "description": "another partner's",
        "connectionArn": cloud.arn("events", "connection/two"),
        "httpMethod": "PUT",
        "invocationEndpoint": "https://example.com/other",
        "invocationRateLimitPerSecond": 300,
    }

    read = exercise(cloud, EventApiDestination(), inputs, changed)

    assert read == {**inputs, "arn": cloud.arn("events", "api-destination/life")}


@pytest.mark.parametrize("kind", TYPES, ids=[type(kind).__name__ for kind in TYPES])
def test_missing_resource_reads_as_none_and_delete_succeeds(cloud: Cloud, kind: ResourceType) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    known = {"rule": "nothing", "eventBusName": "nothing"}
    kind.delete(cloud, "nothing", known)

    assert kind.read(cloud, "nothing", known) is None
