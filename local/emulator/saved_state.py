"""Repairs of the emulator's saved state before the emulator reads it."""

from __future__ import annotations

import json
import re
from pathlib import Path

QUEUE_ADDRESS = re.compile(rb"http://localhost:\d+/(?=\d{12}/)")


def repair(services: Path, port: int) -> None:
    """Make the state in `services` valid for an emulator that starts on `port`."""
    _remove_stream_positions(services / "lambda.json")
    _replace_port_of_queues(services / "sqs.json", port)


def _remove_stream_positions(functions: Path) -> None:
    """Start reading DynamoDB streams from the beginning.

    The emulator saves the read positions but not the streams: with the old positions, the event source
    mappings skip new records.
    """
    if functions.exists():
        saved = json.loads(functions.read_bytes())
        saved["payload"].pop("dynamodb_stream_positions", None)
        functions.write_text(json.dumps(saved))


def _replace_port_of_queues(queues: Path, port: int) -> None:
    """Replace the port in the queues' URLs, by which event source mappings receive messages."""
    if queues.exists():
        queues.write_bytes(QUEUE_ADDRESS.sub(f"http://localhost:{port}/".encode(), queues.read_bytes()))
