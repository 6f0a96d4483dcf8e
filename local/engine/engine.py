"""A stack that the Pulumi engine deploys, with the program run in this process."""

from __future__ import annotations

import runpy
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from pulumi import automation as auto

from local.driver.changes import Report, silent
from local.driver.program import isolated_modules
from local.driver.stack import read, written
from local.engine.backend import Backend, recover_state
from local.engine.events import Events
from local.machine.code import CODE
from local.machine.environment import DIRECT, isolated
from local.machine.errors import LocalError
from local.machine.files import write_atomically
from local.machine.garbage import no_collection
from local.plugin.servicer import VERSION, embedded
from provider.cloud import Cloud

PASSPHRASE = "local"  # noqa: S105 - protects no real secrets
PARALLEL = 16
"""Limit of concurrent operations: about as many as the emulator handles without queueing."""


PLUGIN = (sys.executable, "-P", "-m", "local.plugin")
"""The command that serves the provider; the engine appends its own address."""


class EngineError(LocalError):
    """An operation of the engine failed; the text is the engine's error messages."""


@dataclass(frozen=True)
class Run:
    """The result of one operation of the engine.

    Attributes:
        events: the engine's events.
        text: the engine's output.
        outputs: the stack's outputs with secrets in plain text; empty except after `up`.
    """

    events: Events
    text: str
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Engine:
    """One stack of a program; all files are written to one folder.

    Attributes:
        root: the folder of the Pulumi program.
        folder: the folder of the state, the plugin and the engine's other files.
        cloud: the embedded cloud, to which `aws:endpoints` is set.
        command: the path of the `pulumi` command.
        stack: the stack's name.
        overrides: config that replaces the stack file's.
        environment: additional environment variables of the engine and its plugin.
        plugin: the command that serves the provider.
        report: receives the change of each resource.
    """

    root: Path
    folder: Path
    cloud: Cloud
    command: Path
    stack: str = "local"
    overrides: Mapping[str, Any] = field(default_factory=dict[str, Any])
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    plugin: tuple[str, ...] = PLUGIN
    report: Report = silent

    def preview(self, *, plan: Path | None = None) -> Run:
        """Return the changes that `up` would make; write them to the file `plan` if it is given."""
        return self._run("preview", plan=plan and str(plan))

    def up(self, *, refresh: bool = False, plan: Path | None = None) -> Run:
        """Change the cloud to what the program declares.

        Args:
            refresh: read the cloud's resources first.
            plan: a file that `preview` wrote; a change that it does not contain is an error.
        """
        return self._run("up", refresh=refresh, plan=plan and str(plan))

    def refresh(self) -> Run:
        """Read the cloud's resources into the state."""
        return self._run("refresh")

    def destroy(self) -> Run:
        """Delete all resources of the stack."""
        return self._run("destroy")

    def recover(self, address: str) -> bool:
        """Repair the state after an interrupted run, and return whether it must be refreshed.

        Args:
            address: the cloud's address when the state was last written.
        """
        self.backend.unlock()
        pending = self.backend.state.get("pending_operations")
        moved = bool(self.backend.state) and address != self.cloud.endpoint
        if pending or moved:
            with isolated():
                stack = self.select()
                deployment: Any = stack.export_stack()
                state = recover_state(deployment.deployment, embedded(self.cloud), address)
                stack.import_stack(auto.Deployment(deployment.version, state))
        return bool(pending) or moved

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables with which any `pulumi` uses this state and plugin."""
        return {
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_BACKEND_URL": self.backend.url,
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # Only the plugin in PULUMI_HOME is used, never AWS's.
            "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            **DIRECT,
            **self.environment,
        }

    @cached_property
    def project(self) -> str:
        """The project's name."""
        return read(self.root / "Pulumi.yaml")["name"]

    @property
    def backend(self) -> Backend:
        """The backend with the stack's state."""
        return Backend(self.folder / "backend", self.project, self.stack)

    def install(self) -> None:
        """Write the plugin, the project file and the stack file to the engine's folders."""
        self.backend.folder.mkdir(parents=True, exist_ok=True)
        home = self.folder / "home" / "plugins" / f"resource-aws-v{VERSION}"
        shim = home / "pulumi-resource-aws"
        write_atomically(
            shim,
            f"#!/bin/sh\nunset PYTHONHOME PYTHONOPTIMIZE PYTHONWARNINGS\nexport PYTHONUTF8=1 "
            f'PYTHONPATH={shlex.quote(str(CODE))}\nexec {shlex.join(self.plugin)} "$@"\n',
        )
        shim.chmod(0o755)
        write_atomically(self.work / "Pulumi.yaml", written(self._project_file()))
        write_atomically(self._stack_file, written(self._stack_config()))

    def select(self) -> auto.Stack:
        """Return the stack; create it if it does not exist."""
        self.install()
        with isolated():
            return self._selected()

    def _selected(self) -> auto.Stack:
        options = auto.LocalWorkspaceOptions(
            work_dir=str(self.work),
            env_vars=self.variables,
            secrets_provider="passphrase",
            pulumi_command=_automated(self.command),
        )
        return auto.create_or_select_stack(
            self.stack, project_name=self.project, program=self._program, opts=options
        )

    @property
    def work(self) -> Path:
        """The working directory for `pulumi`, with the project file and the stack file."""
        return self.folder / "work"

    @property
    def _stack_file(self) -> Path:
        return self.work / f"Pulumi.{self.stack}.yaml"

    def _project_file(self) -> dict[str, Any]:
        """Return the project file with absolute paths to the program and its virtual environment."""
        project = read(self.root / "Pulumi.yaml") | {"main": str(self.root)}
        runtime = project["runtime"]
        if isinstance(runtime, dict):
            options = cast("dict[str, Any]", runtime).setdefault("options", {})
            options["virtualenv"] = str(self.root / options.get("virtualenv", ".venv"))
        return project

    def _stack_config(self) -> dict[str, Any]:
        """Return the stack file with the overrides, the cloud's address, and what the engine added to it."""
        previous = read(self._stack_file) if self._stack_file.exists() else {}
        given = read(self.root / f"Pulumi.{self.stack}.yaml")
        config: dict[str, Any] = {**given.get("config", {}), **self.overrides}
        if "aws:endpoints" in config:
            config["aws:endpoints"] = [
                dict.fromkeys(services, self.cloud.endpoint) for services in config["aws:endpoints"]
            ]
        return {**previous, **given, "config": config}

    def _program(self) -> None:
        """Run `__main__.py` like the engine's language host."""
        with no_collection():
            runpy.run_path(str(self.root / "__main__.py"), run_name="__main__")

    def _run(self, operation: str, **options: Any) -> Run:
        events, lines = Events(self.report), list[str]()
        options |= {"on_event": events.take, "on_output": lines.append, "parallel": PARALLEL}
        try:
            # Until the operation ends: the SDK reads types from the modules after the program has finished.
            with isolated(), isolated_modules(self.root):
                run: Any = getattr(self.select(), operation)
                result = run(color="never", suppress_progress=True, **options)
        except auto.errors.CommandError as error:
            raise EngineError("\n".join(events.errors) or str(error)) from error
        outputs: dict[str, Any] = getattr(result, "outputs", {})
        return Run(events, "\n".join(lines), {key: output.value for key, output in outputs.items()})


def _automated(command: Path) -> auto.PulumiCommand:
    """Return the command for the Automation API: by the folder that contains `bin`, or from PATH."""
    return auto.PulumiCommand(str(command.parents[1]) if command.parent.name == "bin" else None)
