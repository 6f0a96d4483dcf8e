"""Third-party packages as their wheels hold them, installed into a folder by uv."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import uv

from components.bundle.errors import BundleError

Platform = Literal["lambda", "host"]
"""Where a layer runs: Lambda on arm64, or this machine, for the embedded cloud."""

Install = Callable[[Path, Platform, str, Path], None]
"""Puts what a requirements file pins into a folder: (requirements, platform, Python's version, folder)."""

# Lambda's python3.13 runs on Amazon Linux 2023, whose glibc is 2.34: wheels for a newer one do not load.
_LAMBDA_PLATFORM = "aarch64-manylinux_2_34"
_TIMEOUT_SECONDS = 300


def uv_install(requirements: Path, platform: Platform, python: str, target: Path) -> None:
    """Install binary wheels, each checked against its pinned hash.

    Raises:
        BundleError: with what uv said, such as no network or no wheel for the platform.
    """
    command = [_uv(), "pip", "install", "--target", str(target), "--requirements", str(requirements)]
    command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--link-mode", "copy"]
    command += ["--python", sys.executable, "--python-version", python]
    if platform == "lambda":
        command += ["--python-platform", _LAMBDA_PLATFORM]
    try:
        # Own words alone: uv, and a path of this repository.
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS)  # noqa: S603
    except subprocess.CalledProcessError as error:
        raise BundleError(_explain(requirements, platform, command, str(error.stderr))) from error
    except subprocess.TimeoutExpired as error:
        said = f"no end after {_TIMEOUT_SECONDS} seconds"
        raise BundleError(_explain(requirements, platform, command, said)) from error


def _uv() -> str:
    try:
        return uv.find_uv_bin()
    except FileNotFoundError as error:
        raise BundleError(
            f"no uv beside {sys.executable}, which layers are installed with: pip install -r requirements.txt"
        ) from error


def _explain(requirements: Path, platform: Platform, command: list[str], said: str) -> str:
    return (
        f"the layer of {requirements} for the platform {platform!r} cannot be installed.\n"
        f"Tried: {' '.join(command)}\n"
        f"uv said: {said.strip()}\n"
        "A layer is built once for its requirements and needs the package index then: check the network (or"
        " UV_INDEX_URL for a mirror). Where a package has no wheel for the platform, pin a version that has"
        f" one in {requirements.with_suffix('.in').name} and compile {requirements.name} again"
    )
