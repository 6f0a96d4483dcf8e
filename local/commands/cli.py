"""The commands behind the make targets."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from threading import Event

from rich.console import Console

from local.commands import console as show
from local.commands.deployment import Deployment, Up
from local.commands.logs import Logs, now, readable
from local.machine.errors import LocalError

ROOT = Path(__file__).parents[2]
DIRECTORY = ".local"

STOPPED = 3
"""Exit status of `status` when not everything runs, as init scripts have it."""

INTERRUPTED = 130

YEAR = 366 * 24 * 60
"""The longest that logs are looked back for, in minutes."""

Command = Callable[[argparse.Namespace, Deployment, Console], int]


def main(arguments: Sequence[str] | None = None, deployment: Deployment | None = None) -> int:
    """Run one command; answer its exit status."""
    given = _parser().parse_args(arguments)
    console = show.terminal()
    try:
        return given.run(given, deployment or Deployment(ROOT, ROOT / DIRECTORY), console)
    except LocalError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(
            f"error: {error}", style="red", markup=False
        )
        return 1
    except KeyboardInterrupt:
        console.print("\nstopped here; make up goes on from here, make down stops what runs")
        return INTERRUPTED


def up(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Make everything run as the program declares it."""
    with show.progress(console) as report:
        done = deployment.up(
            report, lambda text: console.print(text, style="yellow"), given.port, given.cloud_port
        )
    _summarise(console, done)
    return 0


def dev(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Make everything run, then apply every change as it is saved."""
    up(given, deployment, console)
    from local.commands.watch import Loop
    from local.driver.program import PROGRAM_FOLDERS

    console.print(f"watching {', '.join(PROGRAM_FOLDERS)}, __main__.py, Pulumi*.yaml; Ctrl-C ends it")
    # In a process of its own: what it reads would slow down what is applied.
    command = [sys.executable, "-m", "local", "logs", "--follow", "--minutes", "0"]
    tail = subprocess.Popen(command, cwd=ROOT)  # noqa: S603 - our own command
    try:
        Loop(deployment, console).run()
    except KeyboardInterrupt:
        console.print("\nno longer watching; the platform goes on running, make down stops it")
    finally:
        tail.terminate()
        tail.wait()
    return 0


def down(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Stop everything and keep the data."""
    del given
    ran = deployment.down()
    console.print("stopped; make up goes on with the same data" if ran else "nothing was running")
    return 0


def reset(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Stop everything and remove its data."""
    del given
    deployment.reset()
    console.print("stopped and emptied; make up begins anew")
    return 0


def status(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Tell what runs."""
    del given
    processes = {"emulator": deployment.emulator.process, "front door": deployment.door.process}
    rows: dict[str, str] = {}
    for name, process in processes.items():
        if process is None:
            rows[name] = "stopped"
        else:
            since = datetime.fromtimestamp(process.since).astimezone().strftime("%Y-%m-%d %H:%M:%S")
            rows[name] = f"http://localhost:{process.port}  since {since}  process {process.pid}"
    resources, complete = _resources(deployment)
    if deployment.state.exists():
        rows["resources"] = resources
    runs = all(processes.values()) and complete
    rows["next"] = "make dev, make logs, make down" if runs else "make up"
    show.facts(console, rows)
    return 0 if runs else STOPPED


def logs(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Print what the handlers logged."""
    from botocore.exceptions import ConnectionError as NotConnectedError
    from botocore.exceptions import HTTPClientError

    reader = Logs(deployment.emulator.cloud, now() - given.minutes * 60_000, given.function)
    try:
        reader.refuse_unknown()
        for entry in reader.follow(Event()) if given.follow else reader.read():
            console.print(readable(entry), markup=False)
    except KeyboardInterrupt:
        return 0
    except (NotConnectedError, HTTPClientError) as error:
        raise LocalError("the emulator has stopped: make up starts it again") from error
    return 0


def token(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Print an access token."""
    del console
    from local.commands import people

    cloud = deployment.emulator.cloud
    print(people.token(cloud, deployment.outputs, user=given.user, client=given.client))
    return 0


def edge(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Serve the front door in this process: what `up` starts in the background."""
    del deployment, console
    from local.front_door.edge import serve

    serve(given.port, given.outputs)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description="Strata on this machine.")
    add = parser.add_subparsers(required=True, metavar="COMMAND").add_parser
    for command in (up, dev):
        ports = _add(add, command)
        ports.add_argument("--port", type=_port, help="the front door's port")
        ports.add_argument("--cloud-port", type=_port, help="the emulator's port")
    for command in (down, reset, status):
        _add(add, command)
    reading = _add(add, logs)
    reading.add_argument("--follow", action="store_true", help="go on until Ctrl-C")
    reading.add_argument(
        "--function", default="", metavar="NAME", help="only functions with this in their name"
    )
    reading.add_argument("--minutes", type=_minutes, default=60, help="how far back (default: 60)")
    whose = _add(add, token).add_mutually_exclusive_group()
    whose.add_argument(
        "--user", default="admin", metavar="NAME", help="one of the seeded people (default: admin)"
    )
    whose.add_argument("--client", metavar="NAME", help="a machine client")
    serving = _add(add, edge)
    serving.add_argument("port", type=_port)
    serving.add_argument("outputs", type=Path, help="the file with the stack's outputs")
    return parser


def _add(add: Callable[..., argparse.ArgumentParser], command: Command) -> argparse.ArgumentParser:
    help_text = (command.__doc__ or "").rstrip(".")
    parser = add(command.__name__, help=help_text, description=command.__doc__)
    parser.set_defaults(run=command)
    return parser


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else 0
    if not 0 < port < 65_536:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a port between 1 and 65535")
    return port


def _minutes(text: str) -> int:
    minutes = int(text) if text.isdecimal() else -1
    if not 0 <= minutes <= YEAR:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number between 0 and {YEAR}")
    return minutes


def _resources(deployment: Deployment) -> tuple[str, bool]:
    """What is on record, and whether the last `up` came to its end."""
    from local.driver.state import State, StateError

    try:
        state = State(deployment.state)
    except StateError:
        return "cannot be read", False
    count = str(len(state.resources))
    if state.pending:
        return f"{count}, {len(state.pending)} begun and not finished", False
    return count, deployment.outputs_file.exists()


def _summarise(console: Console, done: Up) -> None:
    from local.commands.people import PEOPLE

    people = "\n".join(
        f"{person.email}  {person.password}  ({', '.join(person.groups) or 'no group'})"
        for person in PEOPLE.values()
    )
    show.facts(
        console,
        {
            "resources": show.counted(done.result.changes),
            "front door": f"{done.url}/api/health",
            "API": f"{done.url}/api/openapi.json",
            "people": people,
            "took": f"{done.seconds:.1f} s",
            "next": "make dev, make logs, make status, make down",
        },
    )
