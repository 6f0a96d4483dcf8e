"""The addresses of queues in restored data."""

from __future__ import annotations

import re
from pathlib import Path

ADDRESS = re.compile(rb"http://localhost:\d+/(?=\d{12}/)")


def set_port(services: Path, port: int) -> None:
    """Replace the port in the queues' URLs, by which event source mappings receive messages."""
    queues = services / "sqs.json"
    if queues.exists():
        queues.write_bytes(ADDRESS.sub(f"http://localhost:{port}/".encode(), queues.read_bytes()))
