"""TCP ports on 127.0.0.1: which are taken, and which to take."""

from __future__ import annotations

import socket
import time

LOOPBACK = "127.0.0.1"


def is_taken(port: int) -> bool:
    """Whether another program listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        # Asked first: where the other program holds all addresses, macOS would still let us bind this one.
        if probe.connect_ex((LOOPBACK, port)) == 0:
            return True
    with socket.socket() as probe:
        # A port whose last connections are closing may be had at once, as any server does.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False


def is_left(port: int, seconds: float = 2.0) -> bool:
    """Whether nobody listens on the port, at the latest after so many seconds: the killed let go late."""
    deadline = time.monotonic() + seconds
    while is_taken(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]
