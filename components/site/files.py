"""Reading of the site's files, before any resource is registered."""

from __future__ import annotations

from pathlib import Path

import pulumi


class SiteFilesError(pulumi.RunError):
    """The folders `frontend/` and `edge/` do not contain what the site needs; the text names the file."""


def read(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        SiteFilesError: if it is missing, unreadable, or not a file.
    """
    if path.exists() and not path.is_file():
        raise SiteFilesError(f"{shown(path)}: expected a file")
    try:
        return path.read_bytes()
    except OSError as error:
        raise SiteFilesError(f"{shown(path)}: cannot be read: {error.strerror}") from None


def text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        SiteFilesError: as `read`, and if it is not UTF-8.
    """
    try:
        return read(path).decode()
    except UnicodeDecodeError:
        raise SiteFilesError(f"{shown(path)}: expected text in UTF-8") from None


def shown(path: Path) -> str:
    """Return a path in quotes if it has characters that a terminal may not show, else as it is."""
    name = str(path)
    return name if name.isprintable() else ascii(name)
