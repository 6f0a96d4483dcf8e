"""The error that commands print."""

from __future__ import annotations

import errno
from pathlib import Path

HINTS = {
    errno.ENOSPC: "free some space and run the command again",
    errno.EDQUOT: "free some space and run the command again",
    errno.EFBIG: "raise the limit of file sizes (ulimit -f) and run the command again",
    errno.EROFS: "make the disk writable and run the command again",
    errno.EACCES: "make it accessible to this user and run the command again",
    errno.EPERM: "make it accessible to this user and run the command again",
    errno.EISDIR: "expected a file: remove the folder and run the command again",
    errno.ENOTDIR: "expected a folder: remove the file and run the command again",
    errno.EEXIST: "expected a folder: remove the file and run the command again",
}


class LocalError(Exception):
    """A command failed. The text states the problem and how to fix it."""


def system_error(error: OSError, directory: Path) -> LocalError:
    """Return an error of the operating system as one line that names the file.

    Args:
        error: the error.
        directory: the folder of the deployment, in which files without a name in the error are.
    """
    if isinstance(error, ConnectionError | TimeoutError):
        return LocalError(f"the platform does not respond ({error}): run make up to start it again")
    hint = HINTS.get(error.errno or 0, "correct that and run the command again")
    return LocalError(f"{error.filename or directory}: {error.strerror or error}: {hint}")
