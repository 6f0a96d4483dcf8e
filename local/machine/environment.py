"""The user's environment variables that must not reach the processes of the local platform."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager

from local.machine.ports import LOOPBACK

DIRECT = {"no_grpc_proxy": f"localhost,{LOOPBACK},::1"}
"""Makes gRPC's clients, which all connect to this machine, use no proxy. Other clients do not read it."""

KEPT = ("PULUMI_EXPERIMENTAL", "PULUMI_SKIP_CHECKPOINTS")
"""The variables of Pulumi that decide only how often the engine writes its state."""


def pulumi_settings() -> list[str]:
    """Return the names of the user's variables that would change Pulumi's state, backend or secrets."""
    return sorted(name for name in os.environ if name.startswith("PULUMI_") and name not in KEPT)


@contextmanager
def isolated() -> Generator[None]:
    """Run without the user's settings of Pulumi and without a proxy for gRPC."""
    before = {name: os.environ.pop(name) for name in pulumi_settings()}
    before |= {name: os.environ[name] for name in DIRECT if name in os.environ}
    os.environ.update(DIRECT)
    try:
        yield
    finally:
        for name in (*DIRECT, *pulumi_settings()):
            os.environ.pop(name, None)
        os.environ.update(before)
