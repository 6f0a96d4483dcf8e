"""Redrive of DynamoDB stream records to their function."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from botocore.exceptions import ClientError

from operate.dead_letter_queues import DeadMessage
from operate.documents import as_object
from operate.errors import RedriveError

EXPIRED = {"TrimmedDataAccessException", "ResourceNotFoundException", "ExpiredIteratorException"}
"""DynamoDB Streams's error codes for records that it no longer has."""


@dataclass(frozen=True)
class StreamInvoker:
    """Invokes a function again with the stream records that a dead-lettered message refers to.

    Attributes:
        function: the Lambda client.
        streams: the DynamoDB Streams client.
        name: the function's name.
    """

    function: Any
    streams: Any
    name: str

    def __call__(self, message: DeadMessage) -> None:
        """Invoke the function with the records and wait for the result.

        Raises:
            RedriveError: if the function did not process all records, or the stream no longer has them.
        """
        document = as_object(message.document)
        if "record" in document:
            self._invoke([document["record"]])
        elif "DDBStreamBatchInfo" in document:
            self._invoke(self._records(as_object(document["DDBStreamBatchInfo"])))
        else:
            raise RedriveError("no stream records: record and DDBStreamBatchInfo are missing")

    def _invoke(self, records: list[Any]) -> None:
        response: Any = self.function.invoke(
            FunctionName=self.name, Payload=json.dumps({"Records": records}).encode()
        )
        result: Any = json.loads(response["Payload"].read() or b"null")
        if "FunctionError" in response:
            raise RedriveError(f"{self.name} failed: {_error(result)}")
        if as_object(result).get("batchItemFailures"):
            raise RedriveError(f"{self.name} reported batch item failures")

    def _records(self, batch: Mapping[str, Any]) -> list[Any]:
        """Return the records of a failed batch; Lambda's record has only their position in the stream."""
        try:
            return self._read(batch)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in EXPIRED:
                raise RedriveError("expired: DynamoDB Streams keeps records for 24 hours") from error
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise RedriveError(f"invalid DDBStreamBatchInfo: {type(error).__name__}: {error}") from error

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
    """Convert a record of the streams API to the form in which Lambda delivers it."""
    return json.loads(json.dumps({**record, "eventSourceARN": stream}, default=_plain))


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, set):
        return list(cast("set[Any]", value))
    raise TypeError(f"{type(value).__name__}: not a type of a stream record")


def _error(result: Any) -> str:
    error = as_object(result)
    return f"{error.get('errorType')}: {error.get('errorMessage')}"
