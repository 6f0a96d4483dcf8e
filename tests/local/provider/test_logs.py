"""CloudWatch Logs' resource types against the embedded cloud."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from provider.cloud import Cloud
from provider.services.logs.log_delivery import LogDelivery
from provider.services.logs.log_delivery_destination import LogDeliveryDestination
from provider.services.logs.log_delivery_source import LogDeliverySource
from provider.services.logs.log_group import LogGroup
from provider.services.logs.log_stream import LogStream
from tests.local.provider.lifecycle import exercise


def test_log_group_create_read_update_delete(cloud: Cloud) -> None:
    """A log group reads as written, and its ARN has no trailing `:*`."""
    inputs = {
        "name": "/aws/lambda/life",
        "retentionInDays": 14,
        "logGroupClass": "STANDARD",
        "tags": {"stack": "local", "component": "users"},
    }

    read = exercise(
        cloud,
        LogGroup(),
        inputs,
        {**inputs, "retentionInDays": 30, "tags": {"stack": "local", "owner": "team"}},
    )

    assert read == {**inputs, "arn": "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/life"}


def test_log_group_with_a_key_reads_as_written(cloud: Cloud) -> None:
    """A log group keeps the key given at creation."""
    inputs = {"name": "/keyed", "kmsKeyId": "arn:aws:kms:us-east-1:000000000000:key/k", "retentionInDays": 0}

    read = exercise(cloud, LogGroup(), inputs, {**inputs, "retentionInDays": 7})

    assert read["kmsKeyId"] == inputs["kmsKeyId"]


def test_log_group_without_retention_never_expires(cloud: Cloud) -> None:
    """Removing the retention deletes the policy, which is zero days in Pulumi."""
    inputs = {"name": "/for-ever", "retentionInDays": 7}
    name = LogGroup().create(cloud, inputs)

    LogGroup().update(cloud, name, inputs, {"name": name})

    read: Any = LogGroup().read(cloud, name, {})
    assert read["retentionInDays"] == 0


def test_half_created_log_group_is_completed_by_an_update(cloud: Cloud) -> None:
    """An update completes a group whose creation was interrupted before its retention was set."""
    whole = {"name": "/half", "retentionInDays": 7, "tags": {"stack": "local"}}
    LogGroup().create(cloud, {"name": "/half"})
    half: Any = LogGroup().read(cloud, "/half", whole)

    LogGroup().update(cloud, "/half", half, whole)

    read: Any = LogGroup().read(cloud, "/half", whole)
    assert {key: read[key] for key in whole} == whole


def test_log_group_name_that_is_a_prefix_is_distinguished(cloud: Cloud) -> None:
    """A group is not confused with one whose name starts with the same text."""
    LogGroup().create(cloud, {"name": "/begins/longer"})

    assert LogGroup().find(cloud, {"name": "/begins"}) is None


def test_log_group_with_skip_destroy_is_kept(cloud: Cloud) -> None:
    """With skipDestroy, deletion keeps the log group."""
    inputs = {"name": "/kept", "skipDestroy": True}
    name = LogGroup().create(cloud, inputs)

    LogGroup().delete(cloud, name, inputs)

    assert LogGroup().find(cloud, inputs) == name


def test_existing_log_group_is_rejected(cloud: Cloud) -> None:
    """A name that exists is AWS's error; the existing resource is not adopted."""
    LogGroup().create(cloud, {"name": "/taken"})

    with pytest.raises(ClientError, match="ResourceAlreadyExistsException"):
        LogGroup().create(cloud, {"name": "/taken"})


def test_missing_log_group_reads_as_none_and_delete_succeeds(cloud: Cloud) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    LogGroup().delete(cloud, "nothing", {})

    assert LogGroup().read(cloud, "nothing", {}) is None


def test_log_stream_create_read_update_delete(cloud: Cloud) -> None:
    """A log stream is created and deleted, and is not confused with one with a longer name."""
    group = LogGroup().create(cloud, {"name": "stream-life"})
    LogStream().create(cloud, {"name": "delivery-longer", "logGroupName": group})
    inputs = {"name": "delivery", "logGroupName": group}

    read = exercise(cloud, LogStream(), inputs, inputs)

    arn = "arn:aws:logs:us-east-1:000000000000:log-group:stream-life:log-stream:delivery"
    assert read == {**inputs, "arn": arn}


def test_log_stream_of_a_missing_group_reads_as_none_and_delete_succeeds(cloud: Cloud) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    known = {"logGroupName": "nowhere"}
    LogStream().delete(cloud, "delivery", known)

    assert LogStream().read(cloud, "delivery", known) is None


def test_access_log_of_a_distribution_is_delivered_to_a_log_group(cloud: Cloud) -> None:
    """Source, destination and delivery read as they were written; each is deleted after what uses it."""
    group = LogGroup().create(cloud, {"name": "/aws/vendedlogs/site"})
    tags = {"stack": "local", "component": "site"}
    source = {
        "name": "site-source",
        "logType": "ACCESS_LOGS",
        "resourceArn": "arn:aws:cloudfront::000000000000:distribution/E1",
        "region": "us-east-1",
        "tags": tags,
    }
    arn = f"arn:aws:logs:us-east-1:000000000000:log-group:{group}"
    destination = {
        "name": "site-destination",
        "deliveryDestinationConfiguration": {"destinationResourceArn": arn},
        "outputFormat": "json",
        "region": "us-east-1",
        "tags": tags,
    }
    LogDeliverySource().create(cloud, source)
    LogDeliveryDestination().create(cloud, destination)
    delivery = {
        "deliverySourceName": "site-source",
        "deliveryDestinationArn": "arn:aws:logs:us-east-1:000000000000:delivery-destination:site-destination",
        "recordFields": ["timestamp(ms)", "sc-status"],
        "region": "us-east-1",
        "tags": tags,
    }

    exercise(cloud, LogDelivery(), delivery, {**delivery, "tags": {"owner": "team"}})
    for kind, inputs in ((LogDeliverySource(), source), (LogDeliveryDestination(), destination)):
        kind.delete(cloud, inputs["name"], inputs)
        exercise(cloud, kind, inputs, {**inputs, "tags": {"owner": "team"}})
