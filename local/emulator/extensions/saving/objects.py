"""The objects in S3 as part of a saved state: hard links to the emulator's files."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from ministack.core.responses import set_request_account_id
from ministack.services import s3

from local.emulator.extensions.patch import private
from local.emulator.saved_state import files_in, place

META = ".meta.json"
DRAFT = ".tmp"
VERSIONS = ".versions/"
ATTEMPTS = 100
PAUSE = 0.005


def link(source: Path, target: Path) -> None:
    """Link each object's file and its metadata, as of one moment for each object."""
    for name in files_in(source):
        file, to = source / name, target / name
        # A missing file: the object was deleted meanwhile.
        with suppress(FileNotFoundError):
            if name.endswith(META):
                _link_marker(file, to)
            elif not name.endswith(DRAFT) or _meta(file).exists():
                _link_object(file, to)


def write_unwritten(target: Path) -> None:
    """Write the objects that are in memory because the emulator could not write their files.

    Raises:
        OSError: if they still cannot be written.
    """
    s3.DATA_DIR = str(target)
    buckets: dict[tuple[str, str], Any] = private(private(s3, "_buckets"), "_data")
    for (account, bucket), content in buckets.items():
        for key, item in content["objects"].items():
            if item.get("body") is not None:
                set_request_account_id(account)
                private(s3, "_persist_object")(bucket, key, item)
                if item.get("body") is not None:
                    raise OSError(f"the object {key} of the bucket {bucket} could not be written")


def _link_marker(source: Path, target: Path) -> None:
    """Link metadata without an object, which mark a deletion."""
    if not source.with_name(source.name.removesuffix(META)).exists():
        place(source, target, link=True)


def _link_object(source: Path, target: Path) -> None:
    """Link a file after its metadata: the emulator writes the file, and then the metadata.

    If the file is newer, the emulator is between the two.
    """
    meta, meta_target = _meta(source), _meta(target)
    versioned = VERSIONS in source.as_posix()
    for _ in range(ATTEMPTS):
        if meta.exists():
            place(meta, meta_target, link=True)
        place(source, target, link=True)
        if versioned or (meta_target.exists() and _changed(target) <= _changed(meta_target)):
            return
        time.sleep(PAUSE)
        for path in (meta_target, target):
            path.unlink(missing_ok=True)
    place(source, target, link=True)


def _meta(path: Path) -> Path:
    return path.with_name(path.name + META)


def _changed(path: Path) -> int:
    return path.stat().st_mtime_ns
