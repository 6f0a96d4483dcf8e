"""How much of the Pulumi engine's time is ours: the same stack with a provider that does nothing."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.table import Figure, figure, show
from local.driver import driver
from local.driver.changes import Change
from local.emulator.emulator import Emulator
from local.engine.engine import PLUGIN, Engine
from local.engine.toolchain import ready
from local.machine.ports import free_port
from local.plugin.properties import SIGNATURE
from provider.cloud import Cloud

ROOT = Path(__file__).parents[1]
ROUNDS = 3
EMPTY = (sys.executable, "-P", "-m", "bench.empty")
AIM = 1.3

Seconds = dict[str, list[float]]


@dataclass
class Bench:
    """One emulator, and a folder for every run.

    Attributes:
        cloud: the emulator; the driver and the engine find it empty and leave it so.
        command: the `pulumi` to run.
        folder: where the runs keep their files.
    """

    cloud: Cloud
    command: Path
    folder: Path
    _runs: int = field(default=0, init=False)

    def engine(self, plugin: tuple[str, ...], seconds: Seconds) -> dict[str, Any]:
        """A stack's life under the engine; answer its resources' state while it stood."""
        engine = Engine(ROOT, self._fresh(), self.cloud, self.command, plugin=plugin)
        engine.select()  # Makes the stack, which a person's is already.
        _time(seconds, "preview", engine.preview)
        _time(seconds, "up", engine.up)
        _time(seconds, "up, nothing changed", engine.up)
        state = engine.backend.state
        _time(seconds, "destroy", engine.destroy)
        return state

    def driver(self, seconds: Seconds) -> None:
        """The same stack's life under the driver, which previews nothing."""
        folder = self._fresh()
        record, nothing = folder / "state.json", folder / "nothing"
        nothing.mkdir(parents=True)
        for name in ("Pulumi.yaml", "Pulumi.local.yaml"):
            shutil.copy(ROOT / name, nothing / name)
        (nothing / "__main__.py").write_text("")
        for name, root in {"up": ROOT, "up, nothing changed": ROOT, "destroy": nothing}.items():
            _time(seconds, name, lambda root=root: driver.apply(root, self.cloud, record, {}, _unsaid))

    def _fresh(self) -> Path:
        self._runs += 1
        return self.folder / str(self._runs)


def main() -> int:
    """Print the figures; answer 1 where an aim is missed, 0 also where there is no `pulumi`."""
    command = ready()
    if command is None:
        print("\nno Pulumi CLI is here, so its engine is not measured: make pulumi finds or builds one")
        return 0
    with tempfile.TemporaryDirectory(prefix="strata-bench-") as folder:
        emulator = Emulator(Path(folder) / "cloud")
        emulator.start(free_port())
        try:
            figures = _measure(Bench(emulator.cloud, command, Path(folder)))
        finally:
            emulator.reset()
    show("The whole stack under the Pulumi engine, and under the driver", figures)
    return int(any(each.ours > AIM * each.other for each in figures if each.against.startswith("an empty")))


def _measure(bench: Bench) -> list[Figure]:
    """By turns, so that a machine that slows down slows all alike."""
    ours, empty, driven = Seconds(), Seconds(), Seconds()
    # The first round loads the emulator's services, and tells what the empty provider has to answer.
    known = bench.folder / "known.json"
    known.write_text(json.dumps(_known(bench.engine(PLUGIN, {}))))
    for _ in range(ROUNDS):
        bench.engine(PLUGIN, ours)
        bench.engine((*EMPTY, str(known)), empty)
        bench.driver(driven)
    return [
        *(_figure("engine", name, ours, empty, "an empty provider") for name in ours),
        *(_figure("driver", name, driven, ours, "the engine") for name in driven),
    ]


def _figure(who: str, name: str, ours: Seconds, other: Seconds, against: str) -> Figure:
    """Of the fastest rounds: what else this machine does can only slow one down."""
    return figure(f"{who}: {name}", [min(ours[name])], [min(other[name])], against)


def _known(state: Mapping[str, Any]) -> dict[str, Any]:
    return {
        each["urn"]: {"id": each.get("id", ""), "outputs": _plain(each.get("outputs", {}))}
        for each in state["resources"]
        if each["custom"]
    }


def _plain(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs with another word for what is encrypted."""
    return {
        key: "secret" if isinstance(value, dict) and SIGNATURE in value else value
        for key, value in outputs.items()
    }


def _time(seconds: Seconds, name: str, work: Callable[[], object]) -> None:
    started = time.perf_counter()
    work()
    seconds.setdefault(name, []).append(time.perf_counter() - started)


def _unsaid(change: Change) -> None:
    del change


if __name__ == "__main__":
    sys.exit(main())
