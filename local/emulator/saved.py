"""The emulator's saved data before a start: what it kept that does not hold after one is put right."""

from __future__ import annotations

import json
import re
from pathlib import Path

QUEUE_ADDRESS = re.compile(rb"http://localhost:\d+/(?=\d{12}/)")


def mend(services: Path, port: int) -> None:
    """Have the data in `services` hold for an emulator that starts at `port`."""
    _begin_streams_anew(services / "lambda.json")
    _move_queues(services / "sqs.json", port)


def _begin_streams_anew(functions: Path) -> None:
    """How far streams were read is saved, and the streams are not: what comes next would count as read."""
    if functions.exists():
        saved = json.loads(functions.read_bytes())
        saved["payload"].pop("dynamodb_stream_positions", None)
        functions.write_text(json.dumps(saved))


def _move_queues(queues: Path, port: int) -> None:
    """Functions are given a queue's messages by its whole address, which names the port of another start."""
    if queues.exists():
        queues.write_bytes(QUEUE_ADDRESS.sub(f"http://localhost:{port}/".encode(), queues.read_bytes()))
