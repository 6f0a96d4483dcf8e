"""Zips whose bytes depend on names and contents alone."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping

_UNIX = 3
_FILE_MODE = (stat.S_IFREG | 0o644) << 16


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip of path → content.

    Stored, not deflated: implementations of zlib differ in their output, and a zip that depends on the
    machine would change every function with the laptop that deploys it.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as zipped:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path)  # dated 1980-01-01, the format's first day
            entry.create_system, entry.external_attr = _UNIX, _FILE_MODE
            zipped.writestr(entry, files[path])
    return buffer.getvalue()
