"""Saves of the emulator's data while it runs, and what a killed emulator loses."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from local.emulator import saving
from local.emulator.emulator import Emulator, StartData
from local.emulator.saved_state import read
from local.machine.errors import LocalError
from local.machine.ports import free_port
from provider.services.lambda_.function import Function
from tests.local.provider.functions import function, running

SECONDS = 30.0
"""More than the interval between two saves on a busy machine."""


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """A running emulator with a table, a queue and a bucket."""
    emulator = Emulator(tmp_path)
    emulator.start(free_port())
    emulator.cloud.client("dynamodb").create_table(
        TableName="kept",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    emulator.cloud.client("sqs").create_queue(QueueName="kept")
    emulator.cloud.client("s3").create_bucket(Bucket="kept")
    yield emulator
    emulator.reset()


class Writes(threading.Thread):
    """Numbered writes, each to the table, then the queue, then the bucket, until the emulator ends."""

    def __init__(self, emulator: Emulator, first: int) -> None:
        super().__init__()
        self.times: dict[int, tuple[float, float]] = {}
        self._clients = [emulator.cloud.client(name) for name in ("dynamodb", "sqs", "s3")]
        self._url: str = self._clients[1].get_queue_url(QueueName="kept")["QueueUrl"]
        self._first = first
        self.start()

    def run(self) -> None:
        dynamodb, sqs, s3 = self._clients
        for number in range(self._first, self._first + 1_000):
            text, started = f"{number:05}", time.time()
            try:
                dynamodb.put_item(TableName="kept", Item={"id": {"S": text}})
                sqs.send_message(QueueUrl=self._url, MessageBody=text)
                s3.put_object(Bucket="kept", Key=f"folder/{text}", Body=text.encode() * 1000)
            except (ClientError, BotoCoreError):
                return
            self.times[number] = started, time.time()


def rows(emulator: Emulator) -> set[int]:
    pages = emulator.cloud.client("dynamodb").get_paginator("scan").paginate(TableName="kept")
    return {int(item["id"]["S"]) for page in pages for item in page["Items"]}


def messages(emulator: Emulator) -> set[int]:
    """Return the numbers in the queue, and delete the messages."""
    sqs = emulator.cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="kept")["QueueUrl"]
    found: set[int] = set()
    while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found |= {int(message["Body"]) for message in batch}
        for message in batch:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def objects(emulator: Emulator) -> set[int]:
    """Return the numbers of the objects, each of which must have its whole content."""
    s3 = emulator.cloud.client("s3")
    found: set[int] = set()
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="kept"):
        for each in page.get("Contents", []):
            text = each["Key"].rpartition("/")[2]
            assert s3.get_object(Bucket="kept", Key=each["Key"])["Body"].read() == text.encode() * 1000
            found.add(int(text))
    return found


def kill(emulator: Emulator) -> float:
    """Kill the emulator, and return when."""
    process = emulator.process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    killed = time.time()
    while process.alive:
        time.sleep(0.01)
    return killed


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_changes_are_saved_without_a_request(emulator: Emulator) -> None:
    """A change is saved within seconds; without further changes no more states are written."""
    emulator.cloud.client("ssm").put_parameter(Name="value", Value="first", Type="String")
    until(lambda: any("ssm" in (each / "services/ssm.json").read_text() for each in saved_with_ssm(emulator)))
    until(lambda: len({name_of_last(emulator), (time.sleep(3), name_of_last(emulator))[1]}) == 1)
    kill(emulator)
    emulator.start()

    assert emulator.cloud.client("ssm").get_parameter(Name="value")["Parameter"]["Value"] == "first"


def saved_with_ssm(emulator: Emulator) -> list[Path]:
    return [each for each in emulator.checkpoint.folders() if (each / "services/ssm.json").exists()]


def name_of_last(emulator: Emulator) -> str:
    return emulator.checkpoint.folders()[0].name


def test_killed_emulator_loses_the_last_seconds_only(emulator: Emulator) -> None:
    """However the emulator is killed during writes, all services are restored as of one moment.

    Every write that was acknowledged before that moment exists, and none that was sent after it. Objects may
    be newer.
    """
    chosen = random.Random(7)  # noqa: S311 - not for cryptography
    emulator.save()
    first = 0
    for _ in range(8):
        writes = Writes(emulator, first)
        time.sleep(chosen.uniform(0.1, 6.0))
        killed = kill(emulator)
        writes.join()
        assert emulator.start() is StartData.ROLLED_BACK
        moment = read(emulator.checkpoint.folders()[0]).saved
        found = [
            {number for number in numbers(emulator) if number >= first}
            for numbers in (rows, messages, objects)
        ]

        for number, (started, acknowledged) in writes.times.items():
            present = [number in numbers for numbers in found]
            assert present == [True] * 3 or acknowledged > moment, number
            assert present[:2] == [False] * 2 or started < moment, number
        assert len(found[0]) - len(found[1]) in {0, 1}
        kept = set.intersection(*found)
        lost = [acknowledged for number, (_, acknowledged) in writes.times.items() if number not in kept]
        assert killed - min(lost, default=killed) < SECONDS
        first += 1_000


def test_save_to_a_folder_and_start_with_it(emulator: Emulator, tmp_path: Path) -> None:
    """A state saved to a folder starts another emulator, with the data and the records of that moment."""
    s3 = emulator.cloud.client("s3")
    s3.put_object(Bucket="kept", Key="value", Body=b"image")
    write_state(emulator, "image")
    image = emulator.save(tmp_path / "image")
    s3.put_object(Bucket="kept", Key="value", Body=b"later")
    write_state(emulator, "later")
    other = Emulator(tmp_path / "other")
    try:
        other.start_with(image, free_port())
        body = other.cloud.client("s3").get_object(Bucket="kept", Key="value")["Body"].read()
        with pytest.raises(LocalError, match=r"^the emulator is running: run make down"):
            other.start_with(image)

        assert (body, json.loads(other.checkpoint.state.read_text())) == (b"image", {"value": "image"})
    finally:
        other.reset()
    read(image).check()


def write_state(emulator: Emulator, value: str) -> None:
    emulator.checkpoint.state.write_text(json.dumps({"value": value}))


def test_stream_continues_after_a_kill(emulator: Emulator, tmp_path: Path) -> None:
    """A record that its consumer has not processed is delivered after a restart, and no processed one is."""
    emulator.cloud.client("iam").create_role(RoleName="functions", AssumeRolePolicyDocument="{}")
    stream = emulator.cloud.client("dynamodb").describe_table(TableName="kept")["Table"]["LatestStreamArn"]
    fails = function(
        emulator.cloud, tmp_path, "consumer", "def handler(event, context):\n    raise ValueError"
    )
    with running(emulator.cloud, fails):
        mapping = emulator.cloud.client("lambda").create_event_source_mapping(
            FunctionName="consumer", EventSourceArn=stream, StartingPosition="TRIM_HORIZON"
        )["UUID"]
        put(emulator, "1", "2")
        until(lambda: result_of(emulator, mapping) == "FAILED")
        restart_after_a_kill(emulator)
        Function().update(emulator.cloud, "consumer", fails, function(emulator.cloud, tmp_path, "consumer"))
        until(lambda: result_of(emulator, mapping) == "OK - 2 records")
        restart_after_a_kill(emulator)
        put(emulator, "3")
        until(lambda: result_of(emulator, mapping) != "OK - 2 records")

        assert result_of(emulator, mapping) == "OK - 1 records"


def put(emulator: Emulator, *keys: str) -> None:
    items = [{"Put": {"TableName": "kept", "Item": {"id": {"S": key}}}} for key in keys]
    emulator.cloud.client("dynamodb").transact_write_items(TransactItems=items)


def result_of(emulator: Emulator, mapping: str) -> str:
    """Return the result of the last batch of an event source mapping."""
    return emulator.cloud.client("lambda").get_event_source_mapping(UUID=mapping)["LastProcessingResult"]


def restart_after_a_kill(emulator: Emulator) -> None:
    emulator.save()
    kill(emulator)
    emulator.start()


def test_failed_save_is_reported(emulator: Emulator) -> None:
    """If the data cannot be written, the emulator serves on, and a stop is refused until it can be saved."""
    emulator.save()
    folder = emulator.checkpoint.saved
    folder.rename(folder.with_name("elsewhere"))
    folder.write_text("a file in place of the folder")
    with pytest.raises(LocalError, match=r"^the emulator could not save its data: .*/saved.*: "):
        emulator.stop()
    outcome = last(emulator)
    assert outcome is not None
    assert (outcome.folder, emulator.process is not None) == (None, True)

    folder.unlink()
    folder.with_name("elsewhere").rename(folder)
    emulator.stop()

    assert emulator.process is None


def last(emulator: Emulator) -> saving.Outcome | None:
    process = emulator.process
    assert process is not None
    return saving.last(process.port)


def test_service_that_cannot_be_saved_keeps_its_last_data(emulator: Emulator, tmp_path: Path) -> None:
    """The other services are saved, and the outcome names the service."""
    from local.emulator.extensions.saving import writer

    def broken() -> Any:
        raise RuntimeError("changed size during iteration")

    checkpoint = emulator.checkpoint
    chosen = writer.Writer(checkpoint, {}, apart=True, moment=0.0)
    (checkpoint.cloud / "services").mkdir(exist_ok=True)
    (checkpoint.cloud / "services" / "ssm.json").write_text("loaded")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer.app, "_build_persistence_save_dict", lambda: {"ssm": broken, "sqs": dict})
        texts = chosen._services()

    assert (texts["ssm"], json.loads(texts["sqs"])["payload"]) == (b"loaded", {})
    assert chosen.skipped == {"ssm": "RuntimeError: changed size during iteration"}


def test_requests_are_served_during_a_save(emulator: Emulator) -> None:
    """A save does not block: health checks return while it runs."""
    process = emulator.process
    assert process is not None
    saver = threading.Thread(target=lambda: [saving.save(process.port, SECONDS) for _ in range(3)])
    saver.start()
    served = 0
    while saver.is_alive():
        connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=5)
        connection.request("GET", "/_ministack/health")
        served += connection.getresponse().status == http.HTTPStatus.OK
        connection.close()

    assert served > 3
