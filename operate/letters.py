"""The messages in a dead-letter queue: taken for a while, then removed or given back."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from operate.documents import as_object, parsed, texts, values
from operate.moments import of_milliseconds, rfc3339
from operate.target import DeadLetters, Target

PEEK_SECONDS = 30
"""For how long a message that is only looked at stays hidden, should this process die meanwhile."""

BATCH = 10
"""What SQS gives and takes at a time."""


@dataclass(frozen=True)
class Letter:
    """A message.

    Attributes:
        id: SQS's id of it.
        receipt: what removes it or gives it back, this time.
        sent: when it was sent first, in milliseconds since the epoch: a redrive policy does not change that.
        attributes: its message attributes, as SQS gives them.
    """

    id: str
    receipt: str = field(repr=False)
    body: str
    sent: int
    attributes: Mapping[str, Any]

    @property
    def reason(self) -> str:
        """Why it is here, as its sender says: ours, EventBridge or the Scheduler, SNS, or Lambda."""
        for name in ("reason", "ERROR_MESSAGE", "ErrorMessage", "ERROR_CODE", "ErrorCode"):
            if name in self.attributes:
                return str(self.attributes[name].get("StringValue", ""))
        return _lambda_reason(self.document)

    @property
    def correlation_ids(self) -> list[str]:
        """The ids of the requests that it belongs to; a stream's batch may have many."""
        return list(dict.fromkeys(texts(self.document, "correlationId")))

    @property
    def event_id(self) -> str | None:
        """The id of the event that it holds, if it holds one."""
        found = as_object(next(values(self.document, "metadata"), None)).get("id")
        return found if isinstance(found, str) else None

    @property
    def event_type(self) -> str | None:
        """The type of the event that it holds, if it holds one."""
        return next(texts(self.document, "detail-type"), None)

    @property
    def document(self) -> Any:
        """The body as JSON; None where it is none."""
        return parsed(self.body)

    def facts(self) -> dict[str, Any]:
        """What there is to know of it."""
        return {
            "messageId": self.id,
            "sentAt": rfc3339(of_milliseconds(self.sent)),
            "reason": self.reason,
            "eventType": self.event_type,
            "eventId": self.event_id,
            "correlationIds": self.correlation_ids,
            "attributes": {name: value.get("StringValue", "") for name, value in self.attributes.items()},
            "body": self.document if self.document is not None else self.body,
        }


@dataclass
class Box:
    """A dead-letter queue that is open.

    Attributes:
        sqs: the SQS client.
        url: the queue's.
    """

    sqs: Any
    url: str
    _held: dict[str, str] = field(default_factory=dict[str, str])

    def depth(self) -> int:
        """How many messages there are, hidden ones too; SQS calls the number approximate."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes: Any = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)

    @contextmanager
    def taken(self, limit: int, seconds: int = PEEK_SECONDS) -> Generator[list[Letter]]:
        """Hold the messages that are there, oldest first; on leaving, what was not removed is given back.

        Args:
            limit: how many at most.
            seconds: for how long they are hidden from others at the longest.
        """
        try:
            yield sorted(self._take(limit, seconds), key=lambda letter: letter.sent)
        finally:
            self._give_back()

    def remove(self, letter: Letter) -> None:
        """Delete a message for good."""
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=letter.receipt)
        self._held.pop(letter.id, None)

    def _take(self, limit: int, seconds: int) -> list[Letter]:
        letters: dict[str, Letter] = {}
        while len(letters) < limit and (found := self._receive(min(BATCH, limit - len(letters)), seconds)):
            letters |= {letter.id: letter for letter in found}
            self._held |= {letter.id: letter.receipt for letter in found}
        return list(letters.values())

    def _receive(self, count: int, seconds: int) -> list[Letter]:
        answer: Any = self.sqs.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=count,
            VisibilityTimeout=seconds,
            WaitTimeSeconds=1,  # Without waiting, SQS asks only some of its servers.
            MessageSystemAttributeNames=["SentTimestamp"],
            MessageAttributeNames=["All"],
        )
        return [_letter(message) for message in answer.get("Messages", [])]

    def _give_back(self) -> None:
        held = list(self._held.values())
        for start in range(0, len(held), BATCH):
            self.sqs.change_message_visibility_batch(
                QueueUrl=self.url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
                    for number, receipt in enumerate(held[start : start + BATCH])
                ],
            )
        self._held.clear()


@dataclass(frozen=True)
class Depth:
    """How a dead-letter queue stands.

    Attributes:
        messages: how many there are.
        oldest: when the oldest of them was sent, in milliseconds since the epoch; None where there is none.
        exact: whether all of them were looked at to say so; else there may be older ones.
    """

    name: str
    kind: str
    messages: int
    oldest: int | None
    exact: bool


def open_box(target: Target, dead_letters: DeadLetters) -> Box:
    """The queue, ready to be read."""
    return Box(target.client("sqs"), dead_letters.url)


def depth(target: Target, name: str, dead_letters: DeadLetters) -> Depth:
    """How a dead-letter queue stands; at most ten messages are looked at for it."""
    box = open_box(target, dead_letters)
    messages = box.depth()
    oldest: int | None = None
    if messages:
        with box.taken(BATCH) as letters:
            oldest = min((letter.sent for letter in letters), default=None)
    return Depth(name, dead_letters.kind, messages, oldest, exact=messages <= BATCH)


def peek(target: Target, dead_letters: DeadLetters, limit: int) -> Sequence[Letter]:
    """The messages of a queue, oldest first; they stay there."""
    with open_box(target, dead_letters).taken(limit) as letters:
        return letters


def _letter(message: Mapping[str, Any]) -> Letter:
    return Letter(
        id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        body=message["Body"],
        sent=int(message["Attributes"]["SentTimestamp"]),
        attributes=message.get("MessageAttributes", {}),
    )


def _lambda_reason(document: Any) -> str:
    """What Lambda's record of a failure says went wrong."""
    record = as_object(document)
    error = as_object(record.get("responsePayload"))
    condition = as_object(record.get("requestContext")).get("condition")
    return ": ".join(
        str(part) for part in (condition, error.get("errorType"), error.get("errorMessage")) if part
    )
