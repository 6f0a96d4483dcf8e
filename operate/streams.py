"""Stream records given to their function once more."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from botocore.exceptions import ClientError

from operate.documents import as_object
from operate.errors import Left
from operate.letters import Letter

GONE = {"TrimmedDataAccessException", "ResourceNotFoundException", "ExpiredIteratorException"}
"""What DynamoDB says of records that it no longer has."""


@dataclass(frozen=True)
class Sender:
    """Asks a function again for what a message of its dead-letter queue tells of.

    Attributes:
        function: the Lambda client.
        streams: the DynamoDB Streams client.
        name: the function's name.
    """

    function: Any
    streams: Any
    name: str

    def __call__(self, letter: Letter) -> None:
        """Have the function handle the records, and wait for it.

        Raises:
            Left: where it did not handle all of them, or they are no longer there.
        """
        told = as_object(letter.document)
        if "record" in told:
            self._handle([told["record"]])
        elif "DDBStreamBatchInfo" in told:
            self._handle(self._records(as_object(told["DDBStreamBatchInfo"])))
        else:
            raise Left("it tells of no stream's records: record and DDBStreamBatchInfo are missing")

    def _handle(self, records: list[Any]) -> None:
        answer: Any = self.function.invoke(
            FunctionName=self.name, Payload=json.dumps({"Records": records}).encode()
        )
        said: Any = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            raise Left(f"{self.name} failed: {_error(said)}")
        if as_object(said).get("batchItemFailures"):
            raise Left(f"{self.name} did not handle it")

    def _records(self, batch: Mapping[str, Any]) -> list[Any]:
        """The records of a failed batch, of which Lambda keeps nothing but where they stand."""
        try:
            return self._read(batch)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in GONE:
                raise Left("expired: the stream keeps its records for 24 hours") from error
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise Left(f"its DDBStreamBatchInfo cannot be read: {type(error).__name__}: {error}") from error

    def _read(self, batch: Mapping[str, Any]) -> list[Any]:
        last = int(batch["endSequenceNumber"])
        iterator: str | None = self.streams.get_shard_iterator(
            StreamArn=batch["streamArn"],
            ShardId=batch["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=batch["startSequenceNumber"],
        )["ShardIterator"]
        records: list[Any] = []
        while iterator and not (records and _sequence(records[-1]) >= last):
            page: Any = self.streams.get_records(ShardIterator=iterator)
            records += page["Records"]
            iterator = page.get("NextShardIterator")
        return [_as_delivered(record, batch["streamArn"]) for record in records if _sequence(record) <= last]


def _sequence(record: Mapping[str, Any]) -> int:
    return int(record["dynamodb"]["SequenceNumber"])


def _as_delivered(record: Mapping[str, Any], stream: str) -> Any:
    """A record of the stream's API as Lambda delivers it."""
    return json.loads(json.dumps({**record, "eventSourceARN": stream}, default=_plain))


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, set):
        return list(cast("set[Any]", value))
    raise TypeError(f"{type(value).__name__}: no stream record holds that")


def _error(said: Any) -> str:
    found = as_object(said)
    return f"{found.get('errorType')}: {found.get('errorMessage')}"
