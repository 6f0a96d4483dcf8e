"""The time in which the program declares the stack `dev`, beside the SDK with as many bare resources.

The responses to the registrations are recorded from the graph that the tests build: they follow the program.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, override

from bench.bare import declare_roles
from bench.options import Options
from bench.replay import ROOT, STACK, Replay, Responses, build, save
from bench.table import figure, seconds, show
from local.driver import program
from local.driver.stack import Stack
from shell.command import run
from tools.graph import Recorder

ROUNDS = 5
ROLES = Stack("bench", "bench", {}, "")


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


def main(options: Options) -> int:
    """Measure whole processes, and the declaration in one process."""
    responses = recorded()
    count, rounds = len(responses), range(options.count(ROUNDS))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "responses.json"
        save(file, responses)
        whole = [seconds(lambda: _process("-m", "bench.replay", str(file))) for _ in rounds]
        sdk = [seconds(lambda: _process("-m", "bench.bare", str(count))) for _ in rounds]
    inside = [seconds(lambda: build(responses)) for _ in rounds]
    floor = list(_floor(count, len(rounds)))
    show(
        f"Declaring the {count} resources of the stack {STACK}",
        [
            figure("whole process", whole, sdk, "a process in which the SDK declares as many bare roles"),
            figure("again in one process", inside, floor, "the SDK declaring as many bare roles"),
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


def _process(*arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"a measured process failed:\n{done.stderr}")


if __name__ == "__main__":
    run(lambda: main(Options.parse(sys.argv[1:])))
