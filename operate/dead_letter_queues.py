"""Dead-letter queues: their depth, and the messages in them, received for a limited time."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from operate.documents import as_object, find_strings, find_values, parse
from operate.target import DeadLetterQueue, Target

PEEK_SECONDS = 30
"""Visibility timeout of messages that are only read, should this process be killed before releasing them."""

BATCH = 10
"""SQS's limit of messages per call."""


@dataclass(frozen=True)
class DeadMessage:
    """A dead-lettered message.

    Attributes:
        id: the SQS message id.
        receipt: the receipt handle of this receive; it deletes or releases the message.
        sent: when the message was first sent, in milliseconds since the epoch; a redrive policy keeps it.
        attributes: the message attributes, as SQS returns them.
    """

    id: str
    receipt: str = field(repr=False)
    body: str
    sent: int
    attributes: Mapping[str, Any]

    @property
    def reason(self) -> str:
        """Why the message failed, from a consumer, EventBridge, Scheduler, SNS or Lambda; may be empty."""
        for name in ("reason", "ERROR_MESSAGE", "ErrorMessage", "ERROR_CODE", "ErrorCode"):
            if name in self.attributes:
                return str(self.attributes[name].get("StringValue", ""))
        return _lambda_reason(self.document)

    @property
    def correlation_ids(self) -> list[str]:
        """The correlation ids in the message; a stream batch may have several."""
        return list(dict.fromkeys(find_strings(self.document, "correlationId")))

    @property
    def event_id(self) -> str | None:
        """The id of the event in the message; None without an event."""
        found = as_object(next(find_values(self.document, "metadata"), None)).get("id")
        return found if isinstance(found, str) else None

    @property
    def event_type(self) -> str | None:
        """The type of the event in the message; None without an event."""
        return next(find_strings(self.document, "detail-type"), None)

    @property
    def document(self) -> Any:
        """The body as JSON; None if it is not JSON."""
        return parse(self.body)


@dataclass
class QueueReader:
    """Receives messages from a dead-letter queue, and deletes or releases them.

    Attributes:
        sqs: the SQS client.
        url: the queue's URL.
    """

    sqs: Any
    url: str
    _received: dict[str, str] = field(default_factory=dict[str, str])

    def depth(self) -> tuple[int, int]:
        """Return the approximate number of messages, and how many of them are not visible."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes: Any = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        visible, in_flight = (int(attributes[name]) for name in names)
        return visible + in_flight, in_flight

    @contextmanager
    def messages(self, limit: int, seconds: int = PEEK_SECONDS) -> Generator[list[DeadMessage]]:
        """Receive messages, oldest first; on exit, make those that were not deleted visible again.

        Args:
            limit: maximum number of messages.
            seconds: visibility timeout.
        """
        try:
            yield sorted(self._receive_all(limit, seconds), key=lambda message: message.sent)
        finally:
            self._release()

    def delete(self, message: DeadMessage) -> None:
        """Delete a received message."""
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message.receipt)
        self._received.pop(message.id, None)

    def _receive_all(self, limit: int, seconds: int) -> list[DeadMessage]:
        messages: dict[str, DeadMessage] = {}
        while len(messages) < limit:
            batch = self._receive(min(BATCH, limit - len(messages)), seconds)
            if not batch:
                break
            messages |= {message.id: message for message in batch}
            self._received |= {message.id: message.receipt for message in batch}
        return list(messages.values())

    def _receive(self, count: int, seconds: int) -> list[DeadMessage]:
        response: Any = self.sqs.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=count,
            VisibilityTimeout=seconds,
            WaitTimeSeconds=1,  # Long polling queries all SQS servers, short polling only some.
            MessageSystemAttributeNames=["SentTimestamp"],
            MessageAttributeNames=["All"],
        )
        return [_from_sqs(message) for message in response.get("Messages", [])]

    def _release(self) -> None:
        receipts = list(self._received.values())
        for start in range(0, len(receipts), BATCH):
            self.sqs.change_message_visibility_batch(
                QueueUrl=self.url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
                    for number, receipt in enumerate(receipts[start : start + BATCH])
                ],
            )
        self._received.clear()


@dataclass(frozen=True)
class Depth:
    """The depth of a dead-letter queue.

    Attributes:
        name: the queue's name in the program.
        kind: the sender's kind, see `DeadLetterQueue`.
        messages: approximate number of messages.
        in_flight: how many of them are being read or redriven.
        oldest: when the oldest message was sent, in milliseconds since the epoch; None for an empty queue.
        exact: whether `oldest` was read from all messages; otherwise an older one may exist.
    """

    name: str
    kind: str
    messages: int
    in_flight: int
    oldest: int | None
    exact: bool


def reader(target: Target, queue: DeadLetterQueue) -> QueueReader:
    """Return a reader of a dead-letter queue."""
    return QueueReader(target.client("sqs"), queue.url)


def read_depth(target: Target, name: str, queue: DeadLetterQueue) -> Depth:
    """Return the depth of a dead-letter queue; receives at most ten messages to find the oldest."""
    source = reader(target, queue)
    count, in_flight = source.depth()
    oldest: int | None = None
    if count:
        with source.messages(BATCH) as messages:
            oldest = min((message.sent for message in messages), default=None)
    return Depth(name, queue.kind, count, in_flight, oldest, exact=count <= BATCH)


def peek(target: Target, queue: DeadLetterQueue, limit: int) -> Sequence[DeadMessage]:
    """Return the messages of a dead-letter queue, oldest first, without deleting them."""
    with reader(target, queue).messages(limit) as messages:
        return messages


def _from_sqs(message: Mapping[str, Any]) -> DeadMessage:
    return DeadMessage(
        id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        body=message["Body"],
        sent=int(message["Attributes"]["SentTimestamp"]),
        attributes=message.get("MessageAttributes", {}),
    )


def _lambda_reason(document: Any) -> str:
    """Return the error in Lambda's record of a failed invocation."""
    record = as_object(document)
    error = as_object(record.get("responsePayload"))
    condition = as_object(record.get("requestContext")).get("condition")
    return ": ".join(
        str(part) for part in (condition, error.get("errorType"), error.get("errorMessage")) if part
    )
