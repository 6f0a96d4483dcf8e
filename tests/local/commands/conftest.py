"""A deployment of the small program on free ports."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from local.deployment.deployment import Deployment
from tests.local.commands.bucket_program import Ports, Program, Stage, seed_none


@pytest.fixture(scope="module")
def api_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stage)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/stage/api"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def program(api_url: str) -> Program:
    return Program(api_url)


@pytest.fixture
def deployment(tmp_path: Path, program: Program) -> Iterator[Deployment]:
    """A deployment that does not run yet."""
    deployment = Deployment(tmp_path, tmp_path / ".local", apply=program, seed=seed_none)
    yield deployment
    deployment.reset()


@pytest.fixture
def ports() -> Ports:
    return Ports()
