"""The commands of `python -m local.engine`, which deploy with the Pulumi engine."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from local.commands import cli
from local.commands import console as show
from local.deployment.deployment import Deployment
from local.engine.deploy import FOLDER, Deploy
from local.engine.engine import Engine
from local.engine.toolchain import pulumi
from local.machine.environment import pulumi_settings
from local.machine.errors import LocalError, system_error
from local.machine.lock import exclusive
from shell.command import OutputError


def main(arguments: Sequence[str] | None = None, directory: Path = cli.ROOT / cli.DIRECTORY) -> int:
    """Run one command and return its exit status."""
    given = _parser().parse_args(arguments)
    console = show.terminal()
    try:
        return given.run(given, Deployment(cli.ROOT, directory), console)
    except LocalError as error:
        show.print_error(error)
        return 1
    except (BrokenPipeError, OutputError):
        raise
    except OSError as error:
        show.print_error(system_error(error, directory))
        return 1
    except KeyboardInterrupt:
        if given.run in (up, down):
            show.print_note("interrupted: make engine-up continues from here, make engine-down deletes all")
        raise


def find(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Find or build the Pulumi CLI, and print its path."""
    del given, deployment, console
    print(_pulumi())
    return 0


def up(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Start the platform and deploy the program with the Pulumi engine."""
    deploy = Deploy(_pulumi())
    engine_deployment = Deployment(deployment.root, deployment.directory, apply=deploy.apply)
    return cli.up(given, engine_deployment, console)


def preview(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Show the changes that `up` would make."""
    deploy = Deploy(_pulumi())
    with exclusive(deployment.directory, "engine-preview"):
        url = deployment.prepare(given.port, given.cloud_port, show.print_note)
        cloud, overrides = deployment.emulator.cloud, {"strata:url": url}
        run = deploy.preview(deployment.root, cloud, deployment.directory, overrides)
    if given.json:
        show.print_json(show.change_fields(run.events.changes))
    else:
        console.print(run.text, markup=False)
    return 0


def down(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Delete all resources with the Pulumi engine, and stop the platform."""
    deploy = Deploy(_pulumi())
    with exclusive(deployment.directory, "engine-down"):
        deployment.emulator.start(given.cloud_port, show.print_note)
        cloud = deployment.emulator.cloud
        with show.progress(console) as report:
            deploy.destroy(deployment.root, cloud, deployment.directory, report)
        deployment.outputs_file.unlink(missing_ok=True)
        deployment.front_door.stop()
        deployment.emulator.stop()
    console.print("deleted and stopped; make up or make engine-up deploys again")
    return 0


def env(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Start the emulator, and print environment variables for running `pulumi` on this stack."""
    del console
    command = _pulumi()
    with exclusive(deployment.directory, "engine-env"):
        url = deployment.prepare(given.port, given.cloud_port, show.print_note)
    engine = Engine(
        deployment.root,
        deployment.directory / FOLDER,
        deployment.emulator.cloud,
        command,
        overrides={"strata:url": url},
    )
    engine.select()
    for name in pulumi_settings():
        if name not in engine.variables:
            print(f"unset {name}")
    for name, value in engine.variables.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def _pulumi() -> Path:
    return pulumi(show.print_note)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.engine", description="Run Strata on this machine with the Pulumi engine."
    )
    parser.set_defaults(json=False)
    add = parser.add_subparsers(required=True, metavar="COMMAND").add_parser
    cli.add_command(add, find, "cli")
    with_ports = {command: cli.add_command(add, command) for command in (up, preview, down, env)}
    for command in with_ports.values():
        cli.add_ports(command)
    cli.add_refresh(with_ports[up])
    with_ports[up].set_defaults(verify=False)  # The engine always runs the program.
    return parser
