"""Zips whose bytes depend only on the paths and contents of their files."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping

_UNIX = 3
_FILE_MODE = (stat.S_IFREG | 0o644) << 16


def archive(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of files, given as path → content.

    Files are stored, not deflated: the output of zlib differs between implementations, and every function
    would change with the machine that deploys it.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as zipped:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path)  # The default date is 1980-01-01, the earliest of the format.
            entry.create_system, entry.external_attr = _UNIX, _FILE_MODE
            zipped.writestr(entry, files[path])
    return buffer.getvalue()
