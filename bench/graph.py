"""The time in which the program declares the stack `dev`, beside its imports and beside the SDK.

The responses to the registrations are recorded from the graph that the tests build, and the modules to
import from the interpreter's report of one run, so both follow the program.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, override

from bench.options import Options
from bench.replay import ROOT, STACK, Replay, Responses, build, save
from bench.table import figure, seconds, show
from local.driver import program
from local.driver.stack import Stack
from shell.command import run
from tools.graph import Recorder

ROUNDS = 5
ROLES = Stack("bench", "bench", {}, "")
IMPORTABLE = """
import importlib, sys
for name in sys.stdin.read().split():
    try:
        importlib.import_module(name)
    except Exception:  # A module that the program tries to import and does without.
        continue
    print(name)
"""
IMPORT = """
import importlib, sys
for name in sys.stdin.read().split():
    importlib.import_module(name)
"""


class Recording(Recorder):
    """Monitor that keeps the response to each registration."""

    def __init__(self) -> None:
        super().__init__()
        self.responses: dict[str, bytes] = {}

    @override
    def RegisterResource(self, request: Any) -> Any:
        """Register the resource and keep the response."""
        response = super().RegisterResource(request)
        self.responses[response.urn] = response.SerializeToString()
        return response


def recorded() -> Responses:
    """Run the program once, which also builds the bundles, and return the responses that it needs."""
    monitor = Recording()
    program.run(ROOT, Stack.load(ROOT, STACK), monitor)
    return monitor.responses


def imported(file: Path) -> str:
    """Return the names of the modules that the program imports, in the order of their imports."""
    report = _process("-X", "importtime", "-m", "bench.replay", str(file)).stderr
    names = (line.rpartition("|")[2].strip() for line in report.splitlines() if "import time:" in line)
    return _process("-c", IMPORTABLE, given="\n".join(names)).stdout


def declare_roles(count: int) -> None:
    """Declare bare IAM roles."""
    import pulumi_aws as aws

    for number in range(count):
        aws.iam.Role(f"role-{number}", assume_role_policy="{}", tags={"component": "bench"})


def main(options: Options) -> int:
    """Measure whole processes, and the declaration in one process."""
    responses = recorded()
    count, rounds = len(responses), range(options.count(ROUNDS))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "responses.json"
        save(file, responses)
        modules = imported(file)
        whole = [seconds(lambda: _process("-m", "bench.replay", str(file))) for _ in rounds]
        imports = [seconds(lambda: _process("-c", IMPORT, given=modules)) for _ in rounds]
    inside = [seconds(lambda: build(responses)) for _ in rounds]
    floor = list(_floor(count, len(rounds)))
    show(
        f"Declaring the {count} resources of the stack {STACK}",
        [
            figure("whole process", whole, imports, "a process that only imports the same modules"),
            figure("again in one process", inside, floor, "the SDK declaring as many bare roles"),
            figure(
                "each resource, without imports",
                [(median(whole) - median(imports)) / count],
                [median(floor) / count],
                "the SDK declaring one bare role",
            ),
        ],
        as_json=options.json,
    )
    return 0


def _floor(count: int, rounds: int) -> Iterator[float]:
    """Measure the SDK itself: it declares as many bare roles as the stack has resources."""
    recording, declare = Recording(), partial(declare_roles, count)
    program.register(declare, ROLES, recording)
    for _ in range(rounds):
        yield seconds(partial(program.register, declare, ROLES, Replay(recording.responses)))


def _process(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, *arguments], cwd=ROOT, input=given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"a measured process failed:\n{done.stderr}")
    return done


if __name__ == "__main__":
    run(lambda: main(Options.parse(sys.argv[1:])))
