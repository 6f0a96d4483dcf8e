"""Checks that every request of the suites fits AWS's models; docs/decisions/0025-aws-models.md."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aws_models import processes, recorder

processes.check()


@pytest.fixture(scope="session", autouse=True)
def model_findings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file with a line for each wrong request of the suites' processes; each must be read by a test."""
    file = tmp_path_factory.mktemp("models") / "findings.txt"
    file.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(recorder.FILE, str(file))
        patch.setenv("PYTHONPATH", processes.SITE, prepend=os.pathsep)
        yield file
        _refuse(file)


@pytest.fixture(autouse=True)
def _requests_fit_the_models(model_findings: Path) -> Iterator[None]:
    yield
    _refuse(model_findings)


@pytest.fixture(scope="module", autouse=True)
def _collected() -> Iterator[None]:
    """Free the graphs of a module's programs, which `local.machine.garbage` leaves to a later collection."""
    yield
    if "pulumi" in sys.modules:
        gc.collect()


def _refuse(file: Path) -> None:
    found = file.read_text()
    file.write_text("")
    assert not found, f"requests do not fit AWS's models:\n{found}"
