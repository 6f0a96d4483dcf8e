"""The times of `make up`, and from a saved file to its effect under `make dev`, beside bare alternatives."""

from __future__ import annotations

import io
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import requests
from rich.console import Console

from bench.bare_function import BareFunction
from bench.deployed import deployment, ignore
from bench.options import Options
from bench.table import Figure, figure, seconds, show
from local.commands.watch import QUIET_SECONDS, Loop
from local.deployment.deployment import Deployment
from local.deployment.images import Images
from local.machine.ports import free_port
from shell.command import run
from tools.graph import whole

ROOT = Path(__file__).parents[1]
ROUNDS = 5
SAVES = 50
DEADLINE_SECONDS = 30.0

HANDLER = ("handlers/health/read.py", "variable(", '"{mark}" + variable(')
COMPONENT = ("components/stage.py", "ACCESS_LOG = {", 'ACCESS_LOG = {{"{mark}": "-",')
"""A file, a text in it, and the replacement of the text."""

UP = """
import sys
from pathlib import Path
from local.commands.cli import main
from local.deployment.deployment import Deployment
sys.exit(main(["up"], Deployment(Path(sys.argv[1]), Path(sys.argv[2]))))
"""


def main(options: Options) -> int:
    """Deploy a copy of the platform, and measure each loop."""
    rounds = options.count(ROUNDS)
    with deployment() as plain, tempfile.TemporaryDirectory() as folder:
        deployed = replace(plain, images=Images(Path(folder) / "images"))
        ports = free_port(), free_port()
        first = seconds(partial(deployed.up, ignore, ignore, *ports))
        from_image = [_fresh(deployed, Path(folder) / str(number)) for number in range(rounds)]
        command = ["-c", UP, str(deployed.root), str(deployed.directory)]
        unchanged = [seconds(partial(_process, *command)) for _ in range(rounds)]
        sdk = [seconds(partial(_process, "-c", "import pulumi")) for _ in range(rounds)]
        show(
            "make up (the emulator runs, IAM is enforced, tokens are verified)",
            [
                figure("from nothing, from an image", from_image, [first], "without an image"),
                figure("again, with nothing changed, whole process", unchanged, sdk, "import pulumi"),
            ],
            as_json=options.json,
        )
        show("A saved file under make dev", _saves(deployed, options), as_json=options.json)
    return 0


def _fresh(deployed: Deployment, directory: Path) -> float:
    """Return the time of the first `up` of an empty deployment."""
    fresh = replace(deployed, directory=directory)
    try:
        return seconds(partial(fresh.up, ignore, ignore, free_port(), free_port()))
    finally:
        fresh.reset()


def _saves(deployed: Deployment, options: Options) -> list[Figure]:
    """Measure saves of a handler and of a component."""
    bare, rounds = BareFunction(deployed.emulator.cloud), options.count(SAVES, 2)
    process = deployed.front_door.process
    url = f"http://localhost:{process.port if process else 0}/api/health"
    graph = [seconds(partial(whole, "local")) for _ in range(options.count(ROUNDS))]
    with _watched(deployed) as watched:
        floor = [watched.time(partial(bare.edit, mark), bare.url, mark) for mark in _marks("bare", rounds)]
        handler = [
            watched.time(partial(watched.save, *HANDLER, mark), url, mark) for mark in _marks("save", rounds)
        ]
        component = [watched.applied(*COMPONENT, mark) for mark in _marks("part", options.count(ROUNDS))]
    return [
        figure("handler to new response, median", handler, floor, "UpdateFunctionCode of a bare function"),
        figure("handler to new response, 95 %", [_p95(handler)], [_p95(floor)], "the bare function's 95 %"),
        figure("component to applied change", component, graph, "the graph only, in one process"),
    ]


@dataclass(frozen=True)
class Watched:
    """A deployment whose files are watched.

    Attributes:
        root: the folder of the program.
        log: what the loop prints.
    """

    root: Path
    log: io.StringIO

    def save(self, path: str, old: str, new: str, mark: str) -> None:
        """Replace a text in a file of the original program by one with a mark."""
        text = (ROOT / path).read_text()
        # In one step, as editors save: the loop must not see an empty file.
        draft = self.root / f".{mark}"
        draft.write_text(text.replace(old, new.format(mark=mark)))
        draft.replace(self.root / path)

    def time(self, edit: Callable[[], object], url: str, mark: str) -> float:
        """Return the time from an edit to the first response with its mark."""
        time.sleep(2 * QUIET_SECONDS)  # The whole program has followed the last edit.
        started = time.perf_counter()
        edit()
        self._wait(lambda: mark in requests.get(url, timeout=30).text)
        return time.perf_counter() - started

    def applied(self, path: str, old: str, new: str, mark: str) -> float:
        """Return the time from a saved file to the loop's report that it is applied."""
        time.sleep(2 * QUIET_SECONDS)
        seen, started = len(self.log.getvalue()), time.perf_counter()
        self.save(path, old, new, mark)
        self._wait(lambda: f"{path}: live after" in self.log.getvalue()[seen:])
        return time.perf_counter() - started

    def _wait(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"the edit did not take effect; the loop's output:\n{self.log.getvalue()}")
            time.sleep(0.002)


@contextmanager
def _watched(deployed: Deployment) -> Generator[Watched]:
    """Run the loop of `make dev` until the block ends."""
    log = io.StringIO()
    loop = Loop(deployed, Console(file=log, width=500))
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        watched = Watched(deployed.root, log)
        # The loop does not report when it starts to watch.
        for number in range(int(DEADLINE_SECONDS)):
            watched.save(*HANDLER, f"warm-{number}")
            time.sleep(1.0)
            if "live after" in log.getvalue():
                break
        yield watched
    finally:
        loop.stop.set()
        thread.join()


def _marks(prefix: str, count: int) -> Sequence[str]:
    return [f"{prefix}-{number}-" for number in range(count)]


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def _process(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)  # noqa: S603


if __name__ == "__main__":
    run(lambda: main(Options.parse(sys.argv[1:])))
