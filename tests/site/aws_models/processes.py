"""The processes whose requests are checked: this one, and those that it starts.

The emulator and the provider's plugin have an environment of their own: the variables that load the checks
are added to it. The workers of functions inherit the emulator's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, override

from aws_models import recorder

SITE = str(Path(__file__).parents[1])
"""The folder on PYTHONPATH from which Python loads the checks when it starts."""


def check() -> None:
    """Check the requests of this process and of those that it starts."""
    sys.meta_path.insert(0, Changed())


def _pass_to_workers(emulator: ModuleType) -> None:
    own = emulator.Emulator._environment

    def environment(self: Any, port: int) -> Mapping[str, str]:
        variables = own(self, port)
        path = os.pathsep.join([variables["PYTHONPATH"], SITE])
        return {**variables, "PYTHONPATH": path, recorder.FILE: os.environ[recorder.FILE]}

    emulator.Emulator._environment = environment


def _pass_to_plugin(engine: ModuleType) -> None:
    engine.CODE = Path(f"{engine.CODE}{os.pathsep}{SITE}")


CHANGES: dict[str, Callable[[ModuleType], None]] = {
    "botocore.validate": recorder.install,
    "local.emulator.emulator": _pass_to_workers,
    "local.engine.engine": _pass_to_plugin,
}
"""What is changed in a module once it is imported."""


class Changed(MetaPathFinder):
    """Finder of the modules in `CHANGES`, which changes each after its import."""

    def __init__(self) -> None:
        self._left = dict(CHANGES)

    @override
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        change = self._left.pop(fullname, None)
        spec = find_spec(fullname) if change else None
        if spec is None or spec.loader is None or change is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            change(module)

        spec.loader.exec_module = exec_module
        return spec
