"""Reading the functions' logs from the emulator's CloudWatch Logs."""

from __future__ import annotations

import threading
import uuid

import pytest

from local.commands.logs import Entry, Logs, now
from local.machine.errors import LocalError
from provider.cloud import Cloud
from tests.local.commands.log_groups import write_log


@pytest.fixture
def function() -> str:
    return f"fn-{uuid.uuid4().hex}"


def test_read_returns_new_entries(cloud: Cloud, function: str) -> None:
    """Each line is returned once, in order, without the lines that Lambda adds."""
    reader = Logs(cloud, function=function)
    first = write_log(
        cloud, function, "START RequestId: 1 Version: $LATEST", "one\n", "two", "END RequestId: 1"
    )
    read = [reader.read()]
    second = write_log(cloud, function, "three", "REPORT RequestId: 2\tDuration: 1 ms")
    read += [reader.read(), reader.read()]

    assert read == [
        [Entry(first, function, "one"), Entry(first, function, "two")],
        [Entry(second, function, "three")],
        [],
    ]


def test_read_filters_by_function_and_time(cloud: Cloud, function: str) -> None:
    """Only entries of matching functions since the given time are returned."""
    write_log(cloud, f"{function}-other", "not mine")
    write_log(cloud, function, "mine")

    assert [entry.text for entry in Logs(cloud, function=f"{function}-o").read()] == ["not mine"]
    assert Logs(cloud, since=now() + 60_000, function=function).read() == []


def test_unknown_function_is_an_error(cloud: Cloud, function: str) -> None:
    """If no log group matches, the error lists the existing ones."""
    write_log(cloud, function, "one")
    Logs(cloud, function=function).check_function()
    Logs(cloud).check_function()
    with pytest.raises(LocalError) as caught:
        Logs(cloud, function="bogus").check_function()
    text, _, known = str(caught.value).partition(": ")

    assert text == "no log group matches 'bogus'; existing log groups"
    assert function in known.split(", ")


def test_follow_ends_when_stopped(cloud: Cloud, function: str) -> None:
    """Entries are returned as they are written, until the stop."""
    stop = threading.Event()
    entries = Logs(cloud, function=function).follow(stop)
    write_log(cloud, function, "one")
    seen = [next(entries).text]
    write_log(cloud, function, "two")
    seen.append(next(entries).text)
    stop.set()

    assert (seen, list(entries)) == (["one", "two"], [])
