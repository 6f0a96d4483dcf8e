"""A copy of the platform to measure, and what the bare functions beside it need."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from components.bundle import PYTHON
from local.deployment.deployment import Deployment
from tests.checkout import copy

RUNTIME = f"python{PYTHON}"
"""The Lambda runtime of the bare functions."""


@contextmanager
def deployment() -> Generator[Deployment]:
    """Yield the deployment of a copy of the program, and remove it afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        root = copy(Path(folder) / "strata")
        deployment = Deployment(root, root / ".local")
        try:
            yield deployment
        finally:
            deployment.reset()


def ignore(_: object) -> None:
    """Ignore what a deployment reports."""


def zipped(code: str) -> bytes:
    """Return a function's archive with one module, `main`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr("main.py", code)
    return buffer.getvalue()
