"""The real engine and an emulator of each test's own."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.emulator.emulator import Emulator
from local.engine.engine import Engine
from local.engine.toolchain import HOW_TO_INSTALL, pulumi
from local.machine.errors import LocalError
from local.machine.ports import free_port
from provider.cloud import Cloud
from tests.checkout import ROOT

MakeEngine = Callable[..., Engine]

STATE_AT_THE_END = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
"""Has the engine write its whole state once a run, and not at every step, which takes four times as long."""


@pytest.fixture(scope="session")
def command() -> Path:
    """The `pulumi` that `make pulumi` finds or builds; without it and without Go nothing here can run."""
    try:
        return pulumi(print)
    except LocalError as error:
        if str(error) != HOW_TO_INSTALL:
            raise
        pytest.skip(HOW_TO_INSTALL)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    """An empty cloud."""
    emulator = Emulator(tmp_path / "cloud")
    emulator.start(free_port())
    yield emulator.cloud
    emulator.reset()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is not to be killed in the middle need not keep the state at every step."""
    for name, value in STATE_AT_THE_END.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def loose_ends(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The SDK abandons a program whose engine stopped, with its event loop: that alone is no failure here."""
    tell = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        abandoned = getattr(unraisable.object, "__qualname__", type(unraisable.object).__qualname__)
        if abandoned not in ("run_in_stack", "BaseEventLoop.__del__", "socket"):
            tell(unraisable)

    monkeypatch.setattr(sys, "unraisablehook", hook)
    yield
    gc.collect()


@pytest.fixture
def engine(tmp_path: Path, cloud: Cloud, command: Path) -> MakeEngine:
    """Makes engines that share the test's cloud and state."""

    def make(root: Path = ROOT, **options: Any) -> Engine:
        return Engine(root, tmp_path / "engine", cloud, command, **options)

    return make
