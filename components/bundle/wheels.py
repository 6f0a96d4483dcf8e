"""Installs the wheels of third-party packages into a folder with uv."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import uv

from components.bundle.errors import BundleError

Platform = Literal["lambda", "host"]
"""The platform of a layer: Lambda on arm64, or this machine for the embedded cloud."""

Install = Callable[[Path, Platform, str, Path], None]
"""Installs pinned packages into a folder: (requirements file, platform, Python version, folder)."""

# Lambda's python3.13 runs on Amazon Linux 2023, whose glibc is 2.34: wheels for a newer one do not load.
_LAMBDA_PLATFORM = "aarch64-manylinux_2_34"
_TIMEOUT_SECONDS = 300

_INDEX = Path(__file__).with_name("index.sh")
_ISOLATED = '. "$0" && isolate "$1" && shift && exec "$@" ${PIP_NO_INDEX:+--no-index}'
"""Runs a command with pip's settings of the package index, which uv does not read, and without others."""


def uv_install(requirements: Path, platform: Platform, python: str, target: Path) -> None:
    """Install binary wheels, each checked against its pinned hash.

    Raises:
        BundleError: with the output of uv, such as no network or no wheel for the platform.
    """
    command = [_uv(), "pip", "install", "--target", str(target), "--requirements", str(requirements)]
    command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--link-mode", "copy"]
    command += ["--python", sys.executable, "--python-version", python]
    if platform == "lambda":
        command += ["--python-platform", _LAMBDA_PLATFORM]
    try:
        isolated = ["/bin/sh", "-euc", _ISOLATED, str(_INDEX), sys.prefix, *command]
        # The arguments are uv's path, constants and paths in this repository.
        subprocess.run(isolated, check=True, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS)  # noqa: S603
    except subprocess.CalledProcessError as error:
        raise BundleError(_explain(requirements, platform, command, str(error.stderr))) from error
    except subprocess.TimeoutExpired as error:
        output = f"no result after {_TIMEOUT_SECONDS} seconds"
        raise BundleError(_explain(requirements, platform, command, output)) from error


def _uv() -> str:
    try:
        return uv.find_uv_bin()
    except FileNotFoundError as error:
        raise BundleError(
            f"uv, which installs layers, is not next to {sys.executable}: pip install -r requirements.txt"
        ) from error


def _explain(requirements: Path, platform: Platform, command: list[str], output: str) -> str:
    return (
        f"the layer of {requirements} for the platform {platform!r} cannot be installed.\n"
        f"Tried: {' '.join(command)}\n"
        f"uv reported: {output.strip()}\n"
        "Building a layer needs the package index: check the network, or index-url of pip for a mirror. If a"
        " package has no wheel for the platform, pin a version that has one in"
        f" {requirements.with_suffix('.in').name} and compile {requirements.name} again"
    )
