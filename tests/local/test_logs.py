"""Handlers' logs, read back from the emulator's CloudWatch Logs."""

from __future__ import annotations

import threading
import uuid
from contextlib import suppress

import pytest

from local.commands.logs import Entry, Logs, now
from local.machine.errors import LocalError
from provider.cloud import Cloud


def log(cloud: Cloud, function: str, *lines: str) -> int:
    """Let a function have logged these lines in one invocation; answer when."""
    client, group, stream = cloud.client("logs"), function, uuid.uuid4().hex
    with suppress(client.exceptions.ResourceAlreadyExistsException):
        client.create_log_group(logGroupName=group)
    client.create_log_stream(logGroupName=group, logStreamName=stream)
    time = now()
    events = [{"timestamp": time, "message": line} for line in lines]
    client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    return time


@pytest.fixture
def function() -> str:
    return f"fn-{uuid.uuid4().hex}"


def test_reading_gives_what_is_new(cloud: Cloud, function: str) -> None:
    """Each line comes once, in order, without what Lambda itself writes around it."""
    reader = Logs(cloud, function=function)
    first = log(cloud, function, "START RequestId: 1 Version: $LATEST", "one\n", "two", "END RequestId: 1")
    read = [reader.read()]
    second = log(cloud, function, "three", "REPORT RequestId: 2\tDuration: 1 ms")
    read += [reader.read(), reader.read()]

    assert read == [
        [Entry(first, function, "one"), Entry(first, function, "two")],
        [Entry(second, function, "three")],
        [],
    ]


def test_reading_leaves_out_other_functions_and_earlier_times(cloud: Cloud, function: str) -> None:
    """Only what was asked for: the function named, and since the time given."""
    log(cloud, f"{function}-other", "not mine")
    log(cloud, function, "mine")

    assert [entry.text for entry in Logs(cloud, function=f"{function}-o").read()] == ["not mine"]
    assert Logs(cloud, since=now() + 60_000, function=function).read() == []


def test_unknown_function_is_told_which_there_are(cloud: Cloud, function: str) -> None:
    """Nobody waits for the logs of a misspelled function: the known ones are named."""
    log(cloud, function, "one")
    Logs(cloud, function=function).refuse_unknown()
    Logs(cloud).refuse_unknown()
    with pytest.raises(LocalError) as caught:
        Logs(cloud, function="bogus").refuse_unknown()
    told, _, known = str(caught.value).partition(": ")

    assert told == "no function has 'bogus' in its name; there are"
    assert function in known.split(", ")


def test_following_ends_when_told(cloud: Cloud, function: str) -> None:
    """Entries come as they are written, until the stop."""
    stop = threading.Event()
    entries = Logs(cloud, function=function).follow(stop)
    log(cloud, function, "one")
    seen = [next(entries).text]
    log(cloud, function, "two")
    seen.append(next(entries).text)
    stop.set()

    assert (seen, list(entries)) == (["one", "two"], [])
