"""Deployment with the Pulumi engine instead of the driver."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from local.driver.changes import Report, Result, silent
from local.emulator.emulator import Emulator
from local.emulator.owner import Owner, claim, refuse_other, release
from local.engine.engine import Engine, Run
from local.machine.files import write_atomically
from provider.cloud import Cloud

FOLDER = "engine"
"""The folder of the engine's files in the deployment's directory."""

MARK = "emulator.json"
"""The file with the emulator's address and start when the engine last ran."""


def read_again(directory: Path) -> None:
    """Let the next run read every resource from the cloud."""
    mark = directory / FOLDER / MARK
    if mark.exists():
        write_atomically(mark, "{}")


@dataclass(frozen=True)
class Deploy:
    """Applies, previews and destroys a stack with a `pulumi` command.

    Attributes:
        command: the path of the `pulumi` command.
    """

    command: Path

    def apply(
        self, root: Path, cloud: Cloud, state: Path, overrides: Mapping[str, Any], report: Report
    ) -> Result:
        """Change the cloud to what the program declares; the parameters are those of `driver.apply`.

        Raises:
            LocalError: if the driver owns the deployment, or the engine fails.
        """
        started = time.monotonic()
        directory = state.parent
        claim(directory, Owner.ENGINE)
        engine = self._engine(root, cloud, directory, overrides, report)
        run = engine.up(refresh=self._recover(engine, directory))
        return Result(run.outputs, run.events.changes, time.monotonic() - started)

    def preview(self, root: Path, cloud: Cloud, directory: Path, overrides: Mapping[str, Any]) -> Run:
        """Return the changes that `apply` would make, without making them.

        Raises:
            LocalError: as `apply` does.
        """
        refuse_other(directory, Owner.ENGINE)
        engine = self._engine(root, cloud, directory, overrides, silent)
        return engine.preview()

    def destroy(self, root: Path, cloud: Cloud, directory: Path, report: Report) -> None:
        """Delete all resources that `apply` created.

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
        """Repair the state after an interrupted run, and return whether it must be refreshed.

        It must be refreshed after an interrupted run and when the emulator was restarted: a killed emulator
        loses unsaved data.
        """
        mark = directory / FOLDER / MARK
        process = Emulator(directory).process
        now = {"endpoint": engine.cloud.endpoint, "started": process and process.started}
        last = _content(mark) if mark.exists() else now
        recovered = engine.recover(last.get("endpoint") or engine.cloud.endpoint)
        write_atomically(mark, json.dumps(now))
        return recovered or last != now


def _content(mark: Path) -> dict[str, Any]:
    """Return the content of the mark, or nothing if it is damaged."""
    try:
        content: Any = json.loads(mark.read_bytes())
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}
