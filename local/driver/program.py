"""Runs the Pulumi program in this process, with a resource monitor that replaces the engine's."""

from __future__ import annotations

import asyncio
import importlib
import runpy
import sys
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pulumi
from pulumi.runtime import register_stack_transformation, resource, set_all_config, set_mocks
from pulumi.runtime.mocks import MockMonitor, Mocks
from pulumi.runtime.proto.source_pb2 import StackTrace
from pulumi.runtime.settings import SETTINGS, get_root_resource, set_root_resource
from pulumi.runtime.stack import run_pulumi_func

from local.driver.sources import PROGRAM_FILE, PROGRAM_FOLDERS
from local.driver.stack import Stack
from local.machine.garbage import no_collection

KEPT = ("settings", "components")
"""Packages that a run keeps for the next one; neither imports handlers, which change most often."""

Check = Callable[[pulumi.ResourceTransformationArgs], None]
"""Checks a resource as the program declares it."""

_cached: dict[str, Any] = {}

STACK_TRACE = "_get_stack_trace"
"""The SDK's function that returns the stack trace of a resource's declaration."""

WORKERS = 12
"""Limit of concurrent registrations: about as many as the emulator handles without queueing."""


class NoMocks(Mocks):
    """Mocks that are never used: the monitor handles every registration itself."""

    def call(self, args: Any) -> Any:
        """Reject a provider function."""
        raise NotImplementedError(f"{args.token}: not handled by the monitor")

    def new_resource(self, args: Any) -> Any:
        """Reject a resource that the monitor did not handle."""
        raise NotImplementedError(f"{args.typ} {args.name}: not handled by the monitor")


def run(root: Path, stack: Stack, monitor: MockMonitor, check: Check | None = None) -> dict[str, Any]:
    """Run `__main__.py` in `root` and return its exports, with secrets unwrapped. It may run repeatedly.

    Args:
        root: the folder of the Pulumi program.
        stack: the stack.
        monitor: the resource monitor.
        check: raises an error for a resource that cannot be applied, when the program declares it.

    Raises:
        Exception: as `register` does.
    """

    def declare() -> None:
        if check:
            register_stack_transformation(check)
        runpy.run_path(str(root / PROGRAM_FILE), run_name="__main__")

    with isolated_modules(root):
        return register(declare, stack, monitor)


def register(declare: Callable[[], object], stack: Stack, monitor: MockMonitor) -> dict[str, Any]:
    """Run a function that declares resources, wait for all registrations, and return the exports.

    Raises:
        Exception: the error of the function or of the first failed registration, after the active
            registrations have finished.
    """
    failure: list[BaseException] = []

    def main() -> None:
        try:
            declare()
        except BaseException as error:
            # The resources declared so far are not created: a program is applied completely or not at all.
            failure.append(error)
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            raise

    loops: list[asyncio.AbstractEventLoop] = []
    loop = _main_loop(loops)
    _prepare_sdk(stack, monitor)
    with no_collection(), without_stack_traces():
        try:
            try:
                loop.run_until_complete(run_pulumi_func(main))
            except asyncio.CancelledError:
                raise failure[0] from None
            return loop.run_until_complete(_exports())
        finally:
            loop.run_until_complete(_finish_active())
            for each in loops:
                each.close()


@contextmanager
def without_stack_traces() -> Generator[None]:
    """Do not send each resource's source position and stack trace, a seventh of the SDK's time.

    Only the Pulumi engine reads them; the SDK has no setting for it.
    """
    taken = getattr(resource, STACK_TRACE)
    setattr(resource, STACK_TRACE, StackTrace)
    try:
        yield
    finally:
        setattr(resource, STACK_TRACE, taken)


def _main_loop(loops: list[asyncio.AbstractEventLoop]) -> asyncio.AbstractEventLoop:
    """Return the event loop of this thread; its and its workers' loops are added to `loops`, to be closed."""
    loop = asyncio.new_event_loop()
    loops.append(loop)
    loop.set_exception_handler(_ignore)
    loop.set_default_executor(
        ThreadPoolExecutor(WORKERS, "resource", initializer=_own_loop, initargs=(loops,))
    )
    asyncio.set_event_loop(loop)
    return loop


def _prepare_sdk(stack: Stack, monitor: MockMonitor) -> None:
    """Set the SDK's stack, config and monitor, and remove what the previous run left in it."""
    set_all_config(dict(stack.config), list(stack.secrets))
    set_root_resource(cast("Any", None))
    cast("Any", SETTINGS).outputs.clear()
    set_mocks(monitor.mocks, project=stack.project, stack=stack.name, preview=False, monitor=monitor)


def _ignore(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Suppress repeated reports of a failure by the outputs that depend on it; `register` raises it."""
    del loop, context


def _own_loop(loops: list[asyncio.AbstractEventLoop]) -> None:
    """Set an event loop in a worker thread, which the SDK needs to serialize properties."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loops.append(loop)


@contextmanager
def isolated_modules(root: Path) -> Generator[None]:
    """Let the program import its own modules again: they may have changed, or belong to another program.

    The packages in `KEPT` are slow to import: they are reused while their files are unchanged.
    """
    others = _pop_modules(PROGRAM_FOLDERS)
    files = _files(root)
    if _cached.get("files") == files:
        sys.modules.update(_cached["modules"])
    importlib.invalidate_caches()
    sys.path.insert(0, str(root))
    try:
        yield
    finally:
        sys.path.remove(str(root))
        _cached.update(files=files, modules=_pop_modules(KEPT))
        _pop_modules(PROGRAM_FOLDERS)
        sys.modules.update(others)


def _pop_modules(packages: tuple[str, ...]) -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.partition(".")[0] in packages]
    return {name: sys.modules.pop(name) for name in names}


def _files(root: Path) -> list[tuple[str, int, int]]:
    """Return the files of the kept packages with modification time and size."""
    stats = [(path, path.stat()) for name in KEPT for path in sorted((root / name).rglob("*.py"))]
    return [(str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats]


async def _finish_active() -> None:
    """Cancel waiting tasks, and wait for active calls."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()


async def _exports() -> dict[str, Any]:
    root: Any = get_root_resource()
    # Output.from_input also resolves nested outputs.
    return await pulumi.Output.from_input(dict(root.outputs)).future() or {}
