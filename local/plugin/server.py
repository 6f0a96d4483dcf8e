"""The gRPC server of the plugin, for the engine that started this process."""

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
"""Limit of concurrent requests: as many as the emulator handles without queueing."""

MESSAGE_BYTES = 400 * 1024 * 1024
"""The engine's limit of a message."""


def serve(servicer: ResourceProviderServicer) -> int:
    """Serve until the engine exits, and return the exit status.

    The port is printed to standard output, where the engine reads it.
    """
    options = [("grpc.max_receive_message_length", MESSAGE_BYTES), ("grpc.so_reuseport", 0)]
    server = grpc.server(ThreadPoolExecutor(THREADS, "request"), options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port(f"{LOOPBACK}:0")
    server.start()
    print(port, flush=True)
    threading.Thread(target=_exit_with_engine, daemon=True).start()
    server.wait_for_termination()
    return 0


def _exit_with_engine() -> None:
    """End this process as soon as the engine closes its end of standard output.

    A plugin that outlives a killed engine would change resources during the next engine's run.
    """
    poller = select.poll()
    poller.register(sys.stdout.fileno(), 0)  # Errors and hang-ups are always reported, without any flag.
    poller.poll()
    os._exit(0)
