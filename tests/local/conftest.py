"""The embedded cloud and the platform for tests, each in a temporary folder and on free ports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.emulator.emulator import Emulator
from local.machine.ports import free_port
from provider.cloud import Cloud
from tests.local.platform import Platform, running, up


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """An empty cloud that records API calls, shared by all tests: use unique resource names."""
    emulator = Emulator(tmp_path_factory.mktemp("cloud"), record_calls=True)
    emulator.start(free_port())
    yield emulator.cloud
    emulator.stop()


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The deployed platform, shared by all tests: the one in the environment variable, or a new one."""
    existing = running()
    if existing:
        yield existing
        return
    deployment, platform = up(tmp_path_factory.mktemp("platform"))
    yield platform
    deployment.down()
