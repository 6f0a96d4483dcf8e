"""CloudWatch Logs' resource types against the embedded cloud."""

from provider.cloud import Cloud
from provider.services.logs.log_group import LogGroup
from provider.services.logs.log_stream import LogStream
from tests.local.provider.lifecycle import exercise


def test_log_stream_lives_its_life(cloud: Cloud) -> None:
    """A log stream comes and goes without its group, and is not taken for one with a longer name."""
    group = LogGroup().create(cloud, {"name": "stream-life"})
    LogStream().create(cloud, {"name": "delivery-longer", "logGroupName": group})
    inputs = {"name": "delivery", "logGroupName": group}

    read = exercise(cloud, LogStream(), inputs, inputs)

    arn = "arn:aws:logs:us-east-1:000000000000:log-group:stream-life:log-stream:delivery"
    assert read == {**inputs, "arn": arn}


def test_log_stream_of_a_missing_group_reads_as_none_and_may_be_deleted(cloud: Cloud) -> None:
    """What is not there is no error to read or to delete."""
    known = {"logGroupName": "nowhere"}
    LogStream().delete(cloud, "delivery", known)

    assert LogStream().read(cloud, "delivery", known) is None
