"""The stack under the Pulumi engine beside a provider that creates nothing, and under the driver.

With `--quick`, a program that declares a few queues replaces the stack.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.deployed import ignore
from bench.options import Options
from bench.table import Figure, figure, seconds, show
from local.driver import driver
from local.emulator.emulator import Emulator
from local.engine.engine import PLUGIN, Engine
from local.engine.toolchain import ready
from local.machine.ports import free_port
from local.plugin.properties import SIGNATURE
from provider.cloud import Cloud
from shell.command import run
from tests.engine.project import STATE_AT_THE_END

ROOT = Path(__file__).parents[1]
ROUNDS = 3
EMPTY = (sys.executable, "-P", "-m", "bench.empty")
LARGEST_RATIO = 1.3
EMPTY_PROVIDER = "an empty provider"
SMALL = """
import pulumi_aws as aws

for number in range(10):
    aws.sqs.Queue(f"queue-{number}")
"""
MISSING = "no Pulumi CLI was found; run `make pulumi`, which finds or builds one"

Seconds = dict[str, list[float]]


@dataclass
class Bench:
    """One emulator, and a folder for each run.

    Attributes:
        root: the folder of the program to deploy.
        cloud: the emulator, which is empty before and after each run.
        command: the `pulumi` to run.
        folder: the folder for the files of the runs.
        environment: further environment variables for the engine.
    """

    root: Path
    cloud: Cloud
    command: Path
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    _runs: int = field(default=0, init=False)

    def engine(self, plugin: tuple[str, ...], times: Seconds) -> dict[str, Any]:
        """Preview, deploy and destroy the program under the engine; return the state after the deployment."""
        engine = Engine(
            self.root, self._fresh(), self.cloud, self.command, plugin=plugin, environment=self.environment
        )
        engine.select()  # Creates the stack: a user has done that before the first preview.
        _time(times, "preview", engine.preview)
        _time(times, "up", engine.up)
        _time(times, "up, nothing changed", engine.up)
        state = engine.backend.state
        _time(times, "destroy", engine.destroy)
        return state

    def driver(self, times: Seconds) -> None:
        """Deploy and destroy the same program under the driver, which has no preview."""
        folder = self._fresh()
        record, nothing = folder / "state.json", _program(folder / "nothing", "")
        for name, root in {"up": self.root, "up, nothing changed": self.root, "destroy": nothing}.items():
            _time(times, name, lambda root=root: driver.apply(root, self.cloud, record, {}, ignore))

    def _fresh(self) -> Path:
        self._runs += 1
        return self.folder / str(self._runs)


def main(options: Options) -> int:
    """Print the figures; return 1 if a target is missed, or if `--all` is given and there is no `pulumi`."""
    command = ready()
    if command is None:
        print(f"\nThe Pulumi engine was not measured: {MISSING}", file=sys.stderr)
        return int(options.all)
    with tempfile.TemporaryDirectory(prefix="strata-bench-") as folder:
        emulator = Emulator(Path(folder) / "cloud")
        emulator.start(free_port())
        try:
            figures = _measure(_bench(options, emulator.cloud, command, Path(folder)), options.count(ROUNDS))
        finally:
            emulator.reset()
    title = "A few queues" if options.quick else "The whole stack"
    show(f"{title} under the Pulumi engine, and under the driver", figures, as_json=options.json)
    missed = [each for each in figures if each.against == EMPTY_PROVIDER and each.ratio > LARGEST_RATIO]
    return int(bool(missed) and not options.quick)


def _bench(options: Options, cloud: Cloud, command: Path, folder: Path) -> Bench:
    if options.quick:
        return Bench(_program(folder / "small", SMALL), cloud, command, folder, STATE_AT_THE_END)
    return Bench(ROOT, cloud, command, folder)


def _program(folder: Path, code: str) -> Path:
    """Write a program with the config of the stack `local`, and return its folder."""
    folder.mkdir(parents=True)
    for name in ("Pulumi.yaml", "Pulumi.local.yaml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "__main__.py").write_text(code)
    return folder


def _measure(bench: Bench, rounds: int) -> list[Figure]:
    """Measure in turns, so that a slow moment of the machine affects every series."""
    ours, empty, driven = Seconds(), Seconds(), Seconds()
    # The first round loads the emulator's services and records what the empty provider returns.
    known = bench.folder / "known.json"
    known.write_text(json.dumps(_known(bench.engine(PLUGIN, {}))))
    for _ in range(rounds):
        bench.engine(PLUGIN, ours)
        bench.engine((*EMPTY, str(known)), empty)
        bench.driver(driven)
    return [
        *(_figure("engine", name, ours, empty, EMPTY_PROVIDER) for name in ours),
        *(_figure("driver", name, driven, ours, "the engine") for name in driven),
    ]


def _figure(carrier: str, name: str, ours: Seconds, other: Seconds, against: str) -> Figure:
    """Return a figure of the fastest rounds: other processes can only slow a round down."""
    return figure(f"{carrier}: {name}", [min(ours[name])], [min(other[name])], against)


def _known(state: Mapping[str, Any]) -> dict[str, Any]:
    return {
        each["urn"]: {"id": each.get("id", ""), "outputs": _plain(each.get("outputs", {}))}
        for each in state["resources"]
        if each["custom"]
    }


def _plain(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Replace encrypted outputs with a placeholder."""
    return {
        key: "secret" if isinstance(value, dict) and SIGNATURE in value else value
        for key, value in outputs.items()
    }


def _time(times: Seconds, name: str, work: Callable[[], object]) -> None:
    times.setdefault(name, []).append(seconds(work))


if __name__ == "__main__":
    run(lambda: main(Options.parse(sys.argv[1:])))
