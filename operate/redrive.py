"""Redrive of dead-lettered messages to their original destination.

A message is deleted only after the destination accepted it. It may therefore be delivered twice, so the
destination must be idempotent, as every queue consumer must.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operate.dead_letter_queues import DeadMessage, QueueReader, reader
from operate.documents import as_object
from operate.errors import RedriveError, describe
from operate.streams import StreamInvoker
from operate.target import DeadLetterQueue, Target

MAX_MESSAGES = 10_000
"""Maximum number of messages that one redrive receives from a queue."""

VISIBILITY_SECONDS = 900
"""Visibility timeout of the messages during a redrive."""

CONCURRENCY = 8

FAILURE_ATTRIBUTES = frozenset(
    {
        "reason",
        *("RULE_ARN", "SCHEDULE_ARN", "TARGET_ARN", "ERROR_CODE", "ERROR_MESSAGE", "RETRY_ATTEMPTS"),
        *(
            "EXHAUSTED_RETRY_CONDITION",
            "IS_PAYLOAD_TRUNCATED",
            "REQUEST_ID",
            "RequestID",
            "ErrorCode",
            "ErrorMessage",
        ),
    }
)
"""Message attributes that describe the failure; the original message did not have them."""

Send = Callable[[DeadMessage], None]


@dataclass
class RedriveResult:
    """The result of a redrive of one queue.

    Attributes:
        name: the queue's name in the program.
        sent: number of messages that their destination accepted.
        left: number of messages that stay in the queue, by reason.
    """

    name: str
    sent: int = 0
    left: Counter[str] = field(default_factory=Counter[str])


def redrive(target: Target, name: str, queue: DeadLetterQueue, limit: int = MAX_MESSAGES) -> RedriveResult:
    """Send the messages of a dead-letter queue to their destination; skip messages that arrive meanwhile.

    Args:
        target: the stack.
        name: the queue's name in the program.
        queue: the dead-letter queue.
        limit: maximum number of messages.
    """
    send = _send_function(target, queue)
    source = reader(target, queue)
    result = RedriveResult(name)

    def move(message: DeadMessage) -> str | None:
        return _move(source, message, send)

    # Stream records have an order, so they are sent one at a time.
    workers = 1 if queue.kind == "stream" else CONCURRENCY
    with source.messages(limit, VISIBILITY_SECONDS) as messages, ThreadPoolExecutor(workers) as pool:
        for reason in pool.map(move, messages):
            if reason is None:
                result.sent += 1
            else:
                result.left[reason] += 1
    return result


def _move(source: QueueReader, message: DeadMessage, send: Send) -> str | None:
    """Send a message and delete it; return the reason if it stays in the queue."""
    try:
        send(message)
        source.delete(message)
    except RedriveError as error:
        return str(error)
    except ClientError as error:
        return describe(error)
    except BotoCoreError as error:
        return str(error)
    return None


def _send_function(target: Target, queue: DeadLetterQueue) -> Send:
    match queue.kind:
        case "queue" | "rule" | "topic":
            return _send_to(target, queue.to)
        case "function":
            function = target.client("lambda")
            return lambda message: _invoke(function, queue.to, json.dumps(_request(message)))
        case "schedule":
            function = target.client("lambda")
            return lambda message: _invoke(function, queue.to, message.body)
        case "stream":
            return StreamInvoker(target.client("lambda"), target.client("dynamodbstreams"), queue.to)
        case kind:
            return _reject(f"messages of a dead-letter queue of kind {kind!r} cannot be redriven")


def _send_to(target: Target, destination: str) -> Send:
    """Return the function that sends a message to the destination of a queue, rule or subscription."""
    if destination.startswith("http"):
        sqs = target.client("sqs")
        return lambda message: sqs.send_message(
            QueueUrl=destination, MessageBody=message.body, MessageAttributes=_original_attributes(message)
        )
    match destination.split(":")[2:3]:
        case ["sns"]:
            sns = target.client("sns")
            return lambda message: sns.publish(TopicArn=destination, Message=message.body)
        case ["states"]:
            states = target.client("stepfunctions")
            return lambda message: states.start_execution(stateMachineArn=destination, input=message.body)
        case ["events"]:
            return _reject(
                "only the event bus can call an API destination: use events replay --subscription NAME"
            )
        case _:
            function = target.client("lambda")
            return lambda message: _invoke(function, destination, message.body)


def _reject(reason: str) -> Send:
    def reject(message: DeadMessage) -> None:
        del message
        raise RedriveError(reason)

    return reject


def _original_attributes(message: DeadMessage) -> dict[str, Any]:
    return {
        name: {key: value[key] for key in ("DataType", "StringValue", "BinaryValue") if key in value}
        for name, value in message.attributes.items()
        if name not in FAILURE_ATTRIBUTES
    }


def _request(message: DeadMessage) -> Any:
    """Return the request in Lambda's record of a failed invocation."""
    record = as_object(message.document)
    if "requestPayload" not in record:
        raise RedriveError("not a record of a failed invocation: requestPayload is missing")
    return record["requestPayload"]


def _invoke(function: Any, name: str, payload: str) -> None:
    function.invoke(FunctionName=name, InvocationType="Event", Payload=payload.encode())
