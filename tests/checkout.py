"""Copies of the program that a test may edit."""

from __future__ import annotations

import shutil
from pathlib import Path

from local.driver.sources import PROGRAM_FOLDERS, SITE_FOLDERS

ROOT = Path(__file__).parents[1]
FILES = (".python-version", "Pulumi.yaml", "__main__.py")


def copy(folder: Path, stack: str = "local") -> Path:
    """Copy the program and one stack file to a folder, and share the cache of bundles."""
    folder.mkdir(parents=True)
    for name in (*FILES, f"Pulumi.{stack}.yaml"):
        shutil.copy(ROOT / name, folder / name)
    for name in filter(lambda name: (ROOT / name).is_dir(), (*PROGRAM_FOLDERS, *SITE_FOLDERS)):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (ROOT / ".local" / "bundles").mkdir(parents=True, exist_ok=True)
    (folder / ".local").mkdir()
    (folder / ".local" / "bundles").symlink_to(ROOT / ".local" / "bundles")
    return folder
