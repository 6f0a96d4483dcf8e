"""Dead letters sent where they were meant to go, and removed once they have got there.

Each is removed after it was taken on the other side and never before, so that one may arrive twice and none
is lost: whoever it goes to must be able to be asked twice, as everything behind a queue must.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operate import streams
from operate.documents import as_object
from operate.errors import Left, refusal
from operate.letters import Box, Letter, open_box
from operate.target import DeadLetters, Target

MOST = 10_000
"""How many messages of a queue one redrive takes at most."""

HELD_SECONDS = 900
"""For how long they are hidden from others meanwhile."""

AT_ONCE = 8

OF_THE_FAILURE = frozenset(
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
"""Message attributes that tell of the failure: the message went without them the first time."""


@dataclass
class Redriven:
    """What became of a queue's messages.

    Attributes:
        sent: how many have got where they were meant to go.
        left: how many are still here, by reason.
    """

    name: str
    sent: int = 0
    left: Counter[str] = field(default_factory=Counter[str])


def redrive(target: Target, name: str, dead_letters: DeadLetters, limit: int = MOST) -> Redriven:
    """Send the messages that are in the queue now; one that comes back meanwhile is left alone.

    Args:
        target: the stack.
        name: the queue's, in the program.
        dead_letters: the queue.
        limit: how many messages at most: those that SQS shows first.
    """
    send = _sender(target, dead_letters)
    box = open_box(target, dead_letters)
    done = Redriven(name)

    def move(letter: Letter) -> str | None:
        return _move(box, letter, send)

    # A stream's records are about the same things, one after the other.
    at_once = 1 if dead_letters.kind == "stream" else AT_ONCE
    with box.taken(limit, HELD_SECONDS) as letters, ThreadPoolExecutor(at_once) as pool:
        for reason in pool.map(move, letters):
            if reason is None:
                done.sent += 1
            else:
                done.left[reason] += 1
    return done


def _move(box: Box, letter: Letter, send: Callable[[Letter], None]) -> str | None:
    """Send a message and remove it; why not, where it is left."""
    try:
        send(letter)
        box.remove(letter)
    except Left as left:
        return str(left)
    except ClientError as error:
        return refusal(error)
    except BotoCoreError as error:
        return str(error)
    return None


def _sender(target: Target, dead_letters: DeadLetters) -> Callable[[Letter], None]:
    to = dead_letters.to
    match dead_letters.kind:
        case "queue" | "rule" | "topic":
            return _deliverer(target, to)
        case "function":
            function = target.client("lambda")
            return lambda letter: _invoke(function, to, json.dumps(_request(letter)))
        case "schedule":
            function = target.client("lambda")
            return lambda letter: _invoke(function, to, letter.body)
        case "stream":
            return streams.Sender(target.client("lambda"), target.client("dynamodbstreams"), to)
        case kind:
            return _refuser(f"{kind!r} is no kind of dead letters that can be redriven")


def _deliverer(target: Target, to: str) -> Callable[[Letter], None]:
    """What a queue, a rule or a subscription would have done with the message."""
    if to.startswith("http"):
        sqs = target.client("sqs")
        return lambda letter: sqs.send_message(
            QueueUrl=to, MessageBody=letter.body, MessageAttributes=_attributes(letter)
        )
    match to.split(":")[2:3]:
        case ["sns"]:
            sns = target.client("sns")
            return lambda letter: sns.publish(TopicArn=to, Message=letter.body)
        case ["states"]:
            states = target.client("stepfunctions")
            return lambda letter: states.start_execution(stateMachineArn=to, input=letter.body)
        case ["events"]:
            return _refuser("an outside address is told by the bus alone: events replay --subscription NAME")
        case _:
            function = target.client("lambda")
            return lambda letter: _invoke(function, to, letter.body)


def _refuser(reason: str) -> Callable[[Letter], None]:
    def refuse(letter: Letter) -> None:
        del letter
        raise Left(reason)

    return refuse


def _attributes(letter: Letter) -> dict[str, Any]:
    return {
        name: {key: value[key] for key in ("DataType", "StringValue", "BinaryValue") if key in value}
        for name, value in letter.attributes.items()
        if name not in OF_THE_FAILURE
    }


def _request(letter: Letter) -> Any:
    """What the function was asked, of Lambda's record of its failure."""
    record = as_object(letter.document)
    if "requestPayload" not in record:
        raise Left("it is no record of a failed invocation: requestPayload is missing")
    return record["requestPayload"]


def _invoke(function: Any, name: str, payload: str) -> None:
    function.invoke(FunctionName=name, InvocationType="Event", Payload=payload.encode())
