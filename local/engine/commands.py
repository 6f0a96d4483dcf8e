"""The commands behind `make pulumi` and the `make engine-...` targets."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from local.commands import cli
from local.commands import console as show
from local.commands.deployment import Deployment
from local.engine.deploy import FOLDER, Deploy
from local.engine.engine import Engine
from local.engine.toolchain import pulumi
from local.machine.errors import LocalError
from local.machine.lock import exclusive

Command = Callable[[argparse.Namespace, Deployment, Console], int]


def main(arguments: Sequence[str] | None = None, directory: Path = cli.ROOT / cli.DIRECTORY) -> int:
    """Run one command; answer its exit status."""
    given = _parser().parse_args(arguments)
    console = show.terminal()
    try:
        return given.run(given, Deployment(cli.ROOT, directory), console)
    except LocalError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(
            f"error: {error}", style="red", markup=False
        )
        return 1
    except KeyboardInterrupt:
        console.print("\nstopped here; make engine-up goes on from here, make engine-down removes it all")
        return cli.INTERRUPTED


def find(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Find the Pulumi CLI or build it, and print where it is."""
    del given, deployment, console
    print(_pulumi())
    return 0


def up(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Make everything run as the program declares it, by the Pulumi engine."""
    del console
    deploy = Deploy(_pulumi())
    words = ["up", *_ports(given)]
    return cli.main(words, Deployment(deployment.root, deployment.directory, apply=deploy.apply))


def preview(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Print what `up` would do."""
    del given
    deploy = Deploy(_pulumi())
    with exclusive(deployment.directory, "engine-preview"):
        deployment.emulator.start()
        url = f"http://localhost:{deployment.door.choose(None)}"
        cloud, overrides = deployment.emulator.cloud, {"strata:url": url}
        console.print(deploy.preview(deployment.root, cloud, deployment.directory, overrides), markup=False)
    return 0


def down(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Remove what `up` made, by the Pulumi engine, and stop what runs."""
    del given
    deploy = Deploy(_pulumi())
    with exclusive(deployment.directory, "engine-down"):
        deployment.emulator.start()
        cloud = deployment.emulator.cloud
        with show.progress(console) as report:
            deploy.destroy(deployment.root, cloud, deployment.directory, report)
        deployment.outputs_file.unlink(missing_ok=True)
        deployment.door.stop()
        deployment.emulator.stop()
    console.print("removed and stopped; make up or make engine-up begins anew")
    return 0


def env(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Start the emulator, and print what leads a `pulumi` in this shell to the state and plugin of `up`."""
    del given, console
    command = _pulumi()
    with exclusive(deployment.directory, "engine-env"):
        deployment.emulator.start()
    url = f"http://localhost:{deployment.door.choose(None)}"
    engine = Engine(
        deployment.root,
        deployment.directory / FOLDER,
        deployment.emulator.cloud,
        command,
        overrides={"strata:url": url},
    )
    engine.select()
    for name, value in engine.variables.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def _pulumi() -> Path:
    told = Console(stderr=True, highlight=False, soft_wrap=True)
    return pulumi(lambda text: told.print(text, markup=False))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.engine", description="Strata by the Pulumi engine."
    )
    add = parser.add_subparsers(required=True, metavar="COMMAND").add_parser
    for name, run in {"cli": find, "up": up, "preview": preview, "down": down, "env": env}.items():
        help_text = (run.__doc__ or "").rstrip(".")
        parsed = add(name, help=help_text, description=run.__doc__)
        parsed.set_defaults(run=run)
        if run is up:
            parsed.add_argument("--port", type=int, help="the front door's port")
            parsed.add_argument("--cloud-port", type=int, help="the emulator's port")
    return parser


def _ports(given: argparse.Namespace) -> list[str]:
    options = {"--port": given.port, "--cloud-port": given.cloud_port}
    return [word for option, port in options.items() if port for word in (option, str(port))]
