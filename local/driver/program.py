"""Runs the Pulumi program in this process, against a monitor of ours instead of the engine's."""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
import runpy
import sys
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pulumi
from pulumi.runtime import set_all_config, set_mocks
from pulumi.runtime.mocks import MockMonitor, Mocks
from pulumi.runtime.settings import SETTINGS, get_root_resource, set_root_resource
from pulumi.runtime.stack import run_pulumi_func

from local.driver.stack import Stack

PROGRAM_FOLDERS = ("settings", "wiring", "components", "handlers")
"""The folders of the program's own packages."""

KEPT = ("settings", "components")
"""Packages that a run keeps for the next one; neither imports handlers, which change most often."""

_kept: dict[str, Any] = {}

WORKERS = 12
"""How many resources are made at once: the emulator answers about as many without queueing."""


class NoMocks(Mocks):
    """The monitor answers for itself; what falls through to a mock is a bug."""

    def call(self, args: Any) -> Any:
        """Refuse a function of the provider."""
        raise NotImplementedError(f"{args.token}: the program calls no provider functions")

    def new_resource(self, args: Any) -> Any:
        """Refuse a resource that the monitor did not take."""
        raise NotImplementedError(f"{args.typ} {args.name}: not taken by the monitor")


def run(root: Path, stack: Stack, monitor: MockMonitor) -> dict[str, Any]:
    """Run `__main__.py` under `root` and answer its exports, plain; as often as wanted in one process.

    Raises:
        Exception: as `register` does.
    """
    with modules_of_its_own(root):
        return register(
            lambda: runpy.run_path(str(root / "__main__.py"), run_name="__main__"), stack, monitor
        )


def register(declare: Callable[[], object], stack: Stack, monitor: MockMonitor) -> dict[str, Any]:
    """Run what declares resources to its end, with all their registrations, and answer the exports.

    Raises:
        Exception: what the program raised, or the first registration that failed; what was under way
            is finished first.
    """
    failure: list[BaseException] = []

    def main() -> None:
        try:
            declare()
        except BaseException as error:
            # What was declared until then is not made: a program stands as a whole or not at all.
            failure.append(error)
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            raise

    os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "true"
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(_unheard)
    loops = [loop]
    loop.set_default_executor(
        ThreadPoolExecutor(WORKERS, "resource", initializer=_own_loop, initargs=(loops,))
    )
    asyncio.set_event_loop(loop)
    set_all_config(dict(stack.config), list(stack.secrets))
    # What the run before left behind in the SDK.
    set_root_resource(cast("Any", None))
    cast("Any", SETTINGS).outputs.clear()
    set_mocks(monitor.mocks, project=stack.project, stack=stack.name, preview=False, monitor=monitor)
    gc.disable()  # Half the time of a run would go into collecting what lives to its end.
    try:
        try:
            loop.run_until_complete(run_pulumi_func(main))
        except asyncio.CancelledError:
            raise failure[0] from None
        return loop.run_until_complete(_exports())
    finally:
        loop.run_until_complete(_wind_up())
        for each in loops:
            each.close()
        gc.enable()


def _unheard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A failure is raised once; every output that waited for it would say it again."""
    del loop, context


def _own_loop(loops: list[asyncio.AbstractEventLoop]) -> None:
    """Give a worker thread an event loop: the SDK reads and writes properties on one."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loops.append(loop)


@contextmanager
def modules_of_its_own(root: Path) -> Generator[None]:
    """Make the program import its own modules again: their files may have changed, or be another checkout's.

    The packages in `KEPT` are slow to import: they are reused if none of their files has changed.
    """
    others = _take(PROGRAM_FOLDERS)
    files = _files(root)
    if _kept.get("files") == files:
        sys.modules.update(_kept["modules"])
    importlib.invalidate_caches()
    sys.path.insert(0, str(root))
    try:
        yield
    finally:
        sys.path.remove(str(root))
        _kept.update(files=files, modules=_take(KEPT))
        _take(PROGRAM_FOLDERS)
        sys.modules.update(others)


def _take(packages: tuple[str, ...]) -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.partition(".")[0] in packages]
    return {name: sys.modules.pop(name) for name in names}


def _files(root: Path) -> list[tuple[str, int, int]]:
    """Return the files of the kept packages with modification time and size."""
    stats = [(path, path.stat()) for name in KEPT for path in sorted((root / name).rglob("*.py"))]
    return [(str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats]


async def _wind_up() -> None:
    """After a failure: begin nothing more, and let the calls under way end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()


async def _exports() -> dict[str, Any]:
    root: Any = get_root_resource()
    # Nested outputs are resolved by the SDK alone.
    return await pulumi.Output.from_input(dict(root.outputs)).future() or {}
