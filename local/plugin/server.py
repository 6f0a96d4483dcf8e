"""Serves a provider to the engine that started this process, and to nobody else."""

from __future__ import annotations

import os
import select
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto import ResourceProviderServicer, provider_pb2_grpc

from local.machine.ports import LOOPBACK

THREADS = 32
"""Requests at a time: the emulator answers no more without queueing."""

MESSAGE_BYTES = 400 * 1024 * 1024
"""The engine's own limit of a message."""


def serve(servicer: ResourceProviderServicer) -> int:
    """Serve until the engine has gone; answer the exit status.

    The port goes to standard output, where the engine reads it.
    """
    options = [("grpc.max_receive_message_length", MESSAGE_BYTES), ("grpc.so_reuseport", 0)]
    server = grpc.server(ThreadPoolExecutor(THREADS, "request"), options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port(f"{LOOPBACK}:0")
    server.start()
    print(port, flush=True)
    threading.Thread(target=_leave_with_the_engine, daemon=True).start()
    server.wait_for_termination()
    return 0


def _leave_with_the_engine() -> None:
    """End this process the moment the engine is no longer there to read what it writes.

    A plugin that outlived a killed engine would go on changing what the next engine believes it knows.
    """
    poller = select.poll()
    poller.register(sys.stdout.fileno(), 0)  # Errors and hang-ups are always reported.
    poller.poll()
    os._exit(0)
