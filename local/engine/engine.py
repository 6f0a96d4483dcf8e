"""One stack under the Pulumi engine: the real `pulumi`, with the program run in this process."""

from __future__ import annotations

import gc
import os
import runpy
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import yaml
from pulumi import automation as auto

from local.driver.program import modules_of_its_own
from local.engine.backend import Backend, recovered
from local.engine.events import Events, Report, silent
from local.machine.errors import LocalError
from local.machine.processes import write_atomically
from local.plugin.servicer import VERSION, embedded
from provider.cloud import Cloud

PASSPHRASE = "local"  # noqa: S105 - the embedded cloud holds no one's secret; a person's own goes before
PARALLEL = 16
"""Resources at a time: the emulator answers about as many without queueing."""

CODE = Path(__file__).parents[2]
"""Where this package can be imported from."""

PLUGIN = (sys.executable, "-P", "-m", "local.plugin")
"""What serves the provider; the engine adds its own address."""


class EngineError(LocalError):
    """The engine could not do what was asked; the text is what it complained about."""


@dataclass(frozen=True)
class Run:
    """What one run of the engine did.

    Attributes:
        events: what it said.
        text: what it printed.
        outputs: the stack's outputs, secrets in plain; empty but after an `up`.
    """

    events: Events
    text: str
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Engine:
    """One stack of one program; nothing is written but under one folder.

    Attributes:
        root: the Pulumi program's folder.
        folder: where the state, the plugin and the engine's own files stand.
        cloud: the embedded cloud that the stack's `aws:endpoints` are turned to.
        command: the `pulumi` to run.
        stack: the stack's name.
        overrides: config laid over the stack file's.
        environment: further environment variables for the engine and its plugin.
        plugin: the command that serves the provider.
        report: is told of each resource.
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

    def preview(self) -> Run:
        """What `up` would do."""
        return self._run("preview")

    def up(self, *, refresh: bool = False) -> Run:
        """Make the cloud what the program declares; with `refresh`, what the cloud holds is read first."""
        return self._run("up", refresh=refresh)

    def refresh(self) -> Run:
        """Read what the cloud holds into the state."""
        return self._run("refresh")

    def destroy(self) -> Run:
        """Remove all that the stack holds."""
        return self._run("destroy")

    def recover(self, address: str) -> bool:
        """Clear away what a run that was cut off left; answer whether the state is to be refreshed.

        Args:
            address: the cloud's when the state was last written.
        """
        self.backend.unlock()
        pending = self.backend.state.get("pending_operations")
        moved = bool(self.backend.state) and address != self.cloud.endpoint
        if pending or moved:
            stack = self.select()
            deployment: Any = stack.export_stack()
            state = recovered(deployment.deployment, embedded(self.cloud), address)
            stack.import_stack(auto.Deployment(deployment.version, state))
        return bool(pending) or moved

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that lead any `pulumi` to this state and this plugin."""
        return {
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_BACKEND_URL": self.backend.url,
            "PULUMI_CONFIG_PASSPHRASE": os.environ.get("PULUMI_CONFIG_PASSPHRASE", PASSPHRASE),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # The plugin in our own home and no other: never AWS's, by whatever way it got here.
            "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            **self.environment,
        }

    @cached_property
    def project(self) -> str:
        """The project's name."""
        return _yaml(self.root / "Pulumi.yaml")["name"]

    @property
    def backend(self) -> Backend:
        """Where the state stands."""
        return Backend(self.folder / "backend", self.project, self.stack)

    def install(self) -> None:
        """Put the plugin where the engine looks for it, and the project where it reads it."""
        self.backend.folder.mkdir(parents=True, exist_ok=True)
        home = self.folder / "home" / "plugins" / f"resource-aws-v{VERSION}"
        shim = home / "pulumi-resource-aws"
        write_atomically(
            shim, f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(CODE))} exec {shlex.join(self.plugin)} "$@"\n'
        )
        shim.chmod(0o755)
        write_atomically(self.work / "Pulumi.yaml", yaml.safe_dump(self._settled()))
        write_atomically(self._stack_file, yaml.safe_dump(self._settings()))

    def select(self) -> auto.Stack:
        """The stack, made where there is none."""
        self.install()
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
        """Where any `pulumi` finds the project with its program, and the stack file as it is used."""
        return self.folder / "work"

    @property
    def _stack_file(self) -> Path:
        return self.work / f"Pulumi.{self.stack}.yaml"

    def _settled(self) -> dict[str, Any]:
        """The project file for another folder: the program and its environment by their whole paths."""
        project = _yaml(self.root / "Pulumi.yaml") | {"main": str(self.root)}
        runtime = project["runtime"]
        if isinstance(runtime, dict):
            options = cast("dict[str, Any]", runtime).setdefault("options", {})
            options["virtualenv"] = str(self.root / options.get("virtualenv", ".venv"))
        return project

    def _settings(self) -> dict[str, Any]:
        """The stack file with the overrides, its services at our cloud, and what the engine noted in it."""
        noted = _yaml(self._stack_file) if self._stack_file.exists() else {}
        given = _yaml(self.root / f"Pulumi.{self.stack}.yaml")
        config: dict[str, Any] = {**given.get("config", {}), **self.overrides}
        if "aws:endpoints" in config:
            config["aws:endpoints"] = [
                dict.fromkeys(services, self.cloud.endpoint) for services in config["aws:endpoints"]
            ]
        return {**noted, **given, "config": config}

    def _program(self) -> None:
        """Run `__main__.py` as the engine's language host would."""
        os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "true"
        gc.disable()  # Half the time of a run would go into collecting what lives to its end.
        try:
            runpy.run_path(str(self.root / "__main__.py"), run_name="__main__")
        finally:
            gc.enable()

    def _run(self, operation: str, **options: Any) -> Run:
        events, lines = Events(self.report), list[str]()
        how = options | {"on_event": events.take, "on_output": lines.append, "parallel": PARALLEL}
        try:
            # To the end: the SDK looks into the modules for types when the program is through.
            with modules_of_its_own(self.root):
                run: Any = getattr(self.select(), operation)
                result = run(color="never", suppress_progress=True, **how)
        except auto.errors.CommandError as error:
            raise EngineError("\n".join(events.errors) or str(error)) from error
        outputs: dict[str, Any] = getattr(result, "outputs", {})
        return Run(events, "\n".join(lines), {key: output.value for key, output in outputs.items()})


def _yaml(file: Path) -> dict[str, Any]:
    return yaml.safe_load(file.read_text())


def _automated(command: Path) -> auto.PulumiCommand:
    """The command as the Automation API takes it: by the folder above `bin`, or from PATH."""
    return auto.PulumiCommand(str(command.parents[1]) if command.parent.name == "bin" else None)
