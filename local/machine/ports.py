"""TCP ports on the loopback interface."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence

LOOPBACK = "127.0.0.1"


LOOPBACK6 = "::1"
"""The address that browsers may use first for `localhost`."""


def loopbacks() -> tuple[str, ...]:
    """Return this machine's addresses of `localhost`: also the one of IPv6, if the system supports it."""
    if not socket.has_ipv6:
        return (LOOPBACK,)
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind((LOOPBACK6, 0))
    except OSError:
        return (LOOPBACK,)
    return (LOOPBACK6, LOOPBACK)


def is_taken(port: int, hosts: Sequence[str] = (LOOPBACK,)) -> bool:
    """Return whether a program listens on the port of one of the addresses."""
    return any(_is_taken(port, host) for host in hosts)


def _is_taken(port: int, host: str) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.settimeout(1)
        # Connect before binding: if a program listens on all addresses, macOS still allows the bind below.
        if probe.connect_ex((host, port)) == 0:
            return True
    with socket.socket(family) as probe:
        # Allow a port whose last connections are closing, as servers do.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def wait_until_free(port: int, hosts: Sequence[str] = (LOOPBACK,), seconds: float = 2.0) -> bool:
    """Wait up to `seconds` for the port and return whether it is free: a killed process releases it late."""
    deadline = time.monotonic() + seconds
    while is_taken(port, hosts):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def free_port() -> int:
    """Return a port on which no program listens now."""
    while True:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port: int = probe.getsockname()[1]
        if not is_taken(port, loopbacks()):
            return port
