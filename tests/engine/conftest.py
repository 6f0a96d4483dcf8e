"""Fixtures: the real engine, an emulator for each test, and a plugin in memory."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest

from local.emulator.emulator import Emulator
from local.engine import toolchain
from local.engine.engine import Engine
from local.engine.toolchain import HOW_TO_INSTALL
from local.machine.errors import LocalError
from local.machine.ports import free_port
from provider.cloud import Cloud
from tests.checkout import ROOT
from tests.engine.memory import Plugin
from tests.engine.project import STATE_AT_THE_END

MakeEngine = Callable[..., Engine]

SDK = Path(pulumi.__file__).parent


@pytest.fixture(scope="session")
def command() -> Path:
    """The `pulumi` that `make pulumi` finds or builds; without it and without Go the tests are skipped."""
    try:
        return toolchain.pulumi(print)
    except LocalError as error:
        if str(error) != HOW_TO_INSTALL:
            raise
        pytest.skip(HOW_TO_INSTALL)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    """An embedded cloud with nothing but the hosted zone in which `prod` has its domain."""
    emulator = Emulator(tmp_path / "cloud")
    emulator.start(free_port())
    emulator.cloud.client("route53").create_hosted_zone(Name="example.com", CallerReference="prod")
    yield emulator.cloud
    emulator.reset()


@pytest.fixture(autouse=True)
def state_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make runs faster: only a test that kills the engine needs the state of every step."""
    for name, value in STATE_AT_THE_END.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session", autouse=True)
def abandoned_loops(request: pytest.FixtureRequest) -> None:
    """Ignore the event loops that the SDK abandons, with their programs, when the engine stops.

    A loop may outlive the tests: Python collects it when pytest ends at the latest.
    """
    report = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        if not _is_abandoned(unraisable.object):
            report(unraisable)

    def restore() -> None:
        sys.unraisablehook = report

    request.config.add_cleanup(restore)
    sys.unraisablehook = hook


def _is_abandoned(thing: object) -> bool:
    """Return whether a thing is a loop, its socket, or a coroutine of the SDK."""
    if inspect.iscoroutine(thing):
        return Path(thing.cr_code.co_filename).is_relative_to(SDK)
    name = getattr(thing, "__qualname__", type(thing).__qualname__)
    return name in ("BaseEventLoop.__del__", "socket")


@pytest.fixture
def engine(tmp_path: Path, cloud: Cloud, command: Path) -> MakeEngine:
    """A factory of engines that share the test's cloud and state."""

    def make(root: Path = ROOT, **options: Any) -> Engine:
        return Engine(root, tmp_path / "engine", cloud, command, **options)

    return make


@pytest.fixture
def plugin() -> Plugin:
    """A plugin with two resource types in memory."""
    return Plugin()
