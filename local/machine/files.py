"""File operations that stay consistent if the process is killed, and whose errors name the file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

PRIVATE = 0o600
"""Readable by this user only."""


def write_atomically(path: Path, text: str, mode: int = 0o666) -> None:
    """Replace a file's content; readers see the old or the new content, never a part of it.

    Raises:
        OSError: if it cannot be written; the error has the file's name, and the old content stays.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(
                os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", -1, "utf-8"
            ) as file:
                file.write(text)
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise


@contextmanager
def naming(path: Path) -> Generator[None]:
    """Give an error the name of the file: an error of writing to an open file has none, others a draft's."""
    try:
        yield
    except OSError as error:
        error.filename = str(path)
        raise


def sync(path: Path) -> None:
    """Wait until the content of a file or a folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
