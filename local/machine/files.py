"""File operations that stay consistent if the process is killed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """Replace a file's content; readers see the old or the new content, never a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.write_text(text, "utf-8")
    draft.replace(path)


def remove(path: Path) -> None:
    """Remove a file or a folder with its content; do nothing if it does not exist."""
    if path.is_dir() and not path.is_symlink():
        # Renamed first: an interrupted removal leaves no partial folder under the old name.
        removed = path.with_name(f"{path.name}.removed")
        shutil.rmtree(removed, ignore_errors=True)
        path.rename(removed)
        shutil.rmtree(removed)
    else:
        path.unlink(missing_ok=True)
