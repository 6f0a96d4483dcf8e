"""A saved state: a folder with the emulator's data, the records of its deployment, and a manifest of both.

The manifest holds the size and the SHA-256 of each file. It is written last, so a folder without a valid one
is incomplete, and a file that was cut off, emptied or removed later is found. Contents:

    manifest.json   when the state was saved, and its files
    services/       the emulator's resources, one file a service
    objects/        the objects in S3
    state.json      the driver's state
    outputs.json    the stack's outputs

`Emulator.save` writes such a folder, and `Emulator.start_with` starts an emulator with its content.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from local.machine.files import sync, write_atomically

VERSION = 1
MANIFEST = "manifest.json"
SERVICES = "services"
OBJECTS = "objects"
RECORDS = ("state.json", "outputs.json")
"""The files of a deployment that are valid only with the data that they were written for."""


class DamagedError(Exception):
    """A file of a saved state is missing or has another content. The text names the file."""


@dataclass(frozen=True)
class File:
    """One file of a saved state.

    Attributes:
        size: the number of bytes.
        sha256: the hash of the content, in hexadecimal.
    """

    size: int
    sha256: str


@dataclass(frozen=True)
class SavedState:
    """A complete saved state.

    Attributes:
        folder: its folder.
        saved: the moment that it shows, in seconds since the epoch.
        shared: whether it shares files with an earlier state by hard links: damage to one damages both.
        files: the files by their path in the folder.
    """

    folder: Path
    saved: float
    shared: bool
    files: Mapping[str, File] = field(repr=False)

    def check(self) -> None:
        """Compare each file with the manifest.

        Raises:
            DamagedError: if one differs.
        """
        for name in self.files:
            if not self.has(name):
                raise DamagedError(f"{self.folder / name}: is damaged")

    def has(self, name: str) -> bool:
        """Whether a file has the content that the manifest describes."""
        path, file = self.folder / name, self.files[name]
        try:
            return path.stat().st_size == file.size and _hash(path) == file.sha256
        except OSError:
            return False

    def copy_to(self, folder: Path) -> None:
        """Copy the state to a folder that does not exist; an interrupted copy is not a saved state."""
        for name in self.files:
            place(self.folder / name, folder / name, link=_is_replaced_only(name))
        write_manifest(folder, self.files, saved=self.saved, shared=False)

    def unpack(self, cloud: Path, records: Path) -> None:
        """Copy the data to `cloud` and the deployment's records to `records`."""
        for name in self.files:
            target = records if name in RECORDS else cloud
            place(self.folder / name, target / name, link=_is_replaced_only(name))


def read(folder: Path) -> SavedState:
    """Return the saved state in a folder, without a check of its files.

    Raises:
        DamagedError: if the manifest is missing or invalid.
    """
    path = folder / MANIFEST
    try:
        data: Any = json.loads(path.read_bytes())
        files = {name: File(**file) for name, file in data["files"].items()}
        if data["version"] != VERSION:
            raise DamagedError(f"{path}: was written by another version of Strata")
        return SavedState(folder, float(data["saved"]), bool(data["shared"]), files)
    except OSError as error:
        raise DamagedError(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise DamagedError(f"{path}: is damaged") from error


def write_manifest(folder: Path, files: Mapping[str, File], *, saved: float, shared: bool) -> None:
    """Complete a saved state whose files are written."""
    data = {
        "version": VERSION,
        "saved": saved,
        "shared": shared,
        "files": {name: vars(file) for name, file in sorted(files.items())},
    }
    write_atomically(folder / MANIFEST, json.dumps(data, indent=1))
    sync(folder / MANIFEST)
    sync(folder)


def file_of(path: Path) -> File:
    """Return the size and the hash of a file, and write its content through to the disk."""
    sync(path)
    return File(path.stat().st_size, _hash(path))


def files_in(folder: Path) -> Iterator[str]:
    """Yield the paths of all files below a folder, relative to it."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def place(source: Path, target: Path, *, link: bool) -> None:
    """Copy a file, or link it where the file system can."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if link:
        try:
            os.link(source, target)
        except FileNotFoundError:
            raise
        except OSError:
            pass
        else:
            return
    shutil.copy2(source, target)


def _is_replaced_only(name: str) -> bool:
    """Whether the emulator replaces a file and never changes its content: such a file can be a hard link."""
    return name.startswith(f"{OBJECTS}/")


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(cast("Any", file), "sha256").hexdigest()
