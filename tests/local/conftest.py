"""The embedded cloud for tests: real, fresh, on a free port, in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.emulator.emulator import Emulator
from local.machine.ports import free_port
from provider.cloud import Cloud
from tests.local.platform import Platform, running, up


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """An empty cloud that records calls, shared by the session: name what you make uniquely."""
    emulator = Emulator(tmp_path_factory.mktemp("cloud"), record_calls=True)
    emulator.start(free_port())
    yield emulator.cloud
    emulator.stop()


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The whole platform, shared: brought up once, or the one that is named as running."""
    named = running()
    if named:
        yield named
        return
    deployment, platform = up(tmp_path_factory.mktemp("platform"))
    yield platform
    deployment.down()
