"""How a deployment on this machine is applied by the Pulumi engine instead of the driver."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.driver.driver import Report, Result
from local.emulator.emulator import Emulator
from local.engine.engine import Engine
from local.engine.events import silent
from local.machine.owner import Owner, claim, refuse_other, release
from local.machine.processes import write_atomically
from provider.cloud import Cloud

FOLDER = "engine"
"""Where the engine keeps its state, among the files of the deployment."""


@dataclass(frozen=True)
class Deploy:
    """Applies, previews and destroys with one `pulumi`.

    Attributes:
        command: the `pulumi` to run.
    """

    command: Path

    def apply(
        self, root: Path, cloud: Cloud, state: Path, overrides: Mapping[str, Any], report: Report
    ) -> Result:
        """What a deployment does to make the cloud what the program declares; see `driver.apply`.

        Raises:
            LocalError: when the driver deployed what runs here, or the engine complains.
        """
        started = time.monotonic()
        directory = state.parent
        claim(directory, Owner.ENGINE)
        engine = self._engine(root, cloud, directory, overrides, report)
        run = engine.up(refresh=self._recover(engine, directory))
        return Result(run.outputs, run.events.changes, time.monotonic() - started)

    def preview(self, root: Path, cloud: Cloud, directory: Path, overrides: Mapping[str, Any]) -> str:
        """What `apply` would do, as the engine prints it.

        Raises:
            LocalError: as `apply` does.
        """
        refuse_other(directory, Owner.ENGINE)
        engine = self._engine(root, cloud, directory, overrides, silent)
        return engine.preview().text

    def destroy(self, root: Path, cloud: Cloud, directory: Path, report: Report) -> None:
        """Remove all that `apply` made.

        Raises:
            LocalError: as `apply` does.
        """
        refuse_other(directory, Owner.ENGINE)
        engine = self._engine(root, cloud, directory, {}, report)
        if self._recover(engine, directory):
            engine.refresh()
        engine.destroy()
        release(directory)

    def _engine(
        self, root: Path, cloud: Cloud, directory: Path, overrides: Mapping[str, Any], report: Report
    ) -> Engine:
        return Engine(root, directory / FOLDER, cloud, self.command, overrides=overrides, report=report)

    def _recover(self, engine: Engine, directory: Path) -> bool:
        """Make the state fit to go on from; answer whether it must be held against the cloud first.

        It must, after a run that was cut off, and when this is another emulator than the last time: one
        that was killed lost what it had not saved.
        """
        mark = directory / FOLDER / "emulator.json"
        process = Emulator(directory).process
        now = {"endpoint": engine.cloud.endpoint, "started": process and process.started}
        last: dict[str, Any] = json.loads(mark.read_bytes()) if mark.exists() else now
        left = engine.recover(last["endpoint"])
        write_atomically(mark, json.dumps(now))
        return left or last != now
