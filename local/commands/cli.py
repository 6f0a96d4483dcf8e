"""The commands of `python -m local`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

from rich.console import Console

from local.commands import console as show
from local.commands.logs import Logs, entry_fields, now, readable
from local.commands.status import Status
from local.deployment import images, people
from local.deployment.deployment import Deployment, Up
from local.machine.errors import LocalError, system_error
from shell.command import OutputError

ROOT = Path(__file__).parents[2]
DIRECTORY = ".local"

NOT_RUNNING = 3
"""Exit status of `status` if the platform is not ready, as init scripts define it."""

YEAR = 366 * 24 * 60
"""The limit of `logs --minutes`."""

Command = Callable[[argparse.Namespace, Deployment, Console], int]


def main(arguments: Sequence[str] | None = None, deployment: Deployment | None = None) -> int:
    """Run one command and return its exit status."""
    given = _parser().parse_args(arguments)
    console = show.terminal()
    deployment = deployment or Deployment(ROOT, ROOT / DIRECTORY, images=images.shared())
    try:
        return given.run(given, deployment, console)
    except LocalError as error:
        show.print_error(error)
        return 1
    except (BrokenPipeError, OutputError):
        raise
    except OSError as error:
        show.print_error(system_error(error, deployment.directory))
        return 1
    except KeyboardInterrupt:
        if given.run in (up, dev):
            show.print_note("interrupted: make up continues from here, make down stops the platform")
        raise


def up(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Start the platform and deploy the program to it."""
    messages = show.terminal(stderr=True) if given.json else console
    with show.progress(messages) as report:
        done = deployment.up(
            report,
            lambda text: messages.print(text, style="yellow", markup=False),
            given.port,
            given.cloud_port,
            refresh=given.refresh,
            verify=given.verify,
        )
    if given.json:
        show.print_json(_up_fields(done))
    else:
        show.print_table(console, _up_rows(done))
    return 0


def dev(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Start the platform, then deploy every saved change."""
    started = time.time()
    up(given, deployment, console)
    from local.commands.watch import WATCHED, Loop

    console.print(f"watching {', '.join(WATCHED)} (press Ctrl-C to stop)")
    # A separate process, so that reading logs does not delay deployments.
    command = [sys.executable, "-m", "local", "logs", "--follow", "--minutes", "0"]
    logs_process = subprocess.Popen(command, cwd=ROOT)  # noqa: S603 - a fixed command
    try:
        Loop(deployment, console, started).run()
    finally:
        logs_process.terminate()
        logs_process.wait()
    return 0


def down(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Stop the platform and keep its data."""
    del given
    ran = deployment.down()
    console.print("stopped; make up starts it again with the same data" if ran else "nothing was running")
    return 0


def reset(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Stop the platform and delete its data."""
    del given
    deployment.reset()
    console.print("stopped, and all data deleted; make up starts with an empty platform")
    return 0


def status(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Show what runs; the exit status is 0 if the platform is ready, else 3."""
    current = Status.of(deployment)
    if given.json:
        show.print_json(current.fields)
    else:
        show.print_table(console, current.rows)
    return 0 if current.ready else NOT_RUNNING


def logs(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Print the functions' logs."""
    from botocore.exceptions import ConnectionError as NotConnectedError
    from botocore.exceptions import HTTPClientError

    reader = Logs(deployment.emulator.cloud, now() - given.minutes * 60_000, given.function)
    try:
        reader.check_function()
        for entry in reader.follow(Event()) if given.follow else reader.read():
            if given.json:
                show.print_json_line(entry_fields(entry))
            else:
                console.print(readable(entry), markup=False)
    except (NotConnectedError, HTTPClientError) as error:
        raise LocalError("the emulator has stopped: run make up to start it again") from error
    return 0


def token(given: argparse.Namespace, deployment: Deployment, console: Console) -> int:
    """Print an access token for the API."""
    del console
    access = people.token(deployment.emulator.cloud, deployment.outputs, user=given.user, client=given.client)
    if given.json:
        name = {"client": given.client} if given.client else {"user": given.user}
        show.print_json({**name, "accessToken": access})
    else:
        print(access)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description="Run Strata on this machine.")
    parser.set_defaults(json=False)
    add = parser.add_subparsers(required=True, metavar="COMMAND").add_parser
    for command in (up, dev):
        parser_of_up = add_command(add, command)
        add_ports(parser_of_up)
        add_refresh(parser_of_up)
        parser_of_up.add_argument(
            "--verify", action="store_true", help="apply the program even if nothing seems to have changed"
        )
    for command in (down, reset, status):
        add_command(add, command)
    reading = add_command(add, logs)
    reading.add_argument("--follow", action="store_true", help="keep printing new entries until Ctrl-C")
    reading.add_argument(
        "--function", default="", metavar="NAME", help="only functions whose name contains NAME"
    )
    reading.add_argument(
        "--minutes", type=_minutes, default=60, help="start this many minutes ago (default: 60)"
    )
    issuing = add_command(add, token)
    subject = issuing.add_mutually_exclusive_group()
    subject.add_argument(
        "--user", default="admin", metavar="NAME", help=f"a person: {' or '.join(people.PEOPLE)}"
    )
    subject.add_argument("--client", metavar="NAME", help="a machine client instead of a person")
    return parser


JSON_COMMANDS = frozenset({"up", "status", "logs", "token", "preview"})
"""The commands with the option `--json`."""


def add_command(
    add: Callable[..., argparse.ArgumentParser], command: Command, name: str = ""
) -> argparse.ArgumentParser:
    """Add a command to a parser, with its docstring as help text."""
    name = name or command.__name__
    help_text = (command.__doc__ or "").rstrip(".")
    parser = add(name, help=help_text, description=command.__doc__)
    parser.set_defaults(run=command)
    if name in JSON_COMMANDS:
        parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def add_ports(parser: argparse.ArgumentParser) -> None:
    """Add the options of the ports."""
    parser.add_argument("--port", type=_port, help="the front door's port (default: the last one, or 8080)")
    parser.add_argument(
        "--cloud-port", type=_port, help="the emulator's port (default: the last one, or 4566)"
    )


def add_refresh(parser: argparse.ArgumentParser) -> None:
    """Add the option to read the cloud first."""
    parser.add_argument(
        "--refresh", action="store_true", help="read every resource first, and create those that do not exist"
    )


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


def _up_rows(done: Up) -> dict[str, str]:
    users = [
        f"{person.email}  {person.password}  ({', '.join(person.groups) or 'no groups'})"
        for person in people.PEOPLE.values()
    ]
    return {
        "resources": show.summary(done.result.changes),
        "app": f"{done.url}/",
        "health": f"{done.url}/api/health",
        "OpenAPI": f"{done.url}/api/openapi.json",
        "users": "\n".join(users),
        "duration": f"{done.seconds:.1f} s",
        "next": "make dev, make token, make logs, make status, make down",
    }


def _up_fields(done: Up) -> dict[str, object]:
    return {
        "url": done.url,
        "resources": show.change_fields(done.result.changes),
        "users": [
            {"name": name, "email": each.email, "password": each.password, "groups": list(each.groups)}
            for name, each in people.PEOPLE.items()
        ],
        "seconds": round(done.seconds, 3),
    }
