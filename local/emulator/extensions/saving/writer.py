"""Writes the data of this process, which does not change meanwhile, as the next saved state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import persistence
from ministack.services import lambda_svc

from local.emulator.checkpoint import Checkpoint
from local.emulator.extensions.patch import private
from local.emulator.extensions.saving import objects, streams
from local.emulator.saved_state import (
    OBJECTS,
    SERVICES,
    DamagedError,
    File,
    SavedState,
    file_of,
    files_in,
    place,
    read,
    write_manifest,
)
from local.machine.files import naming, remove

CODE = "lambda-blobs"
"""The emulator's folder of the functions' code, in the folder of the services."""


@dataclass
class Writer:
    """Writes one saved state.

    Attributes:
        checkpoint: where it is written.
        records: the content of the deployment's records, by file name.
        apart: whether it must not share files with earlier states.
        moment: the time of this process's data, in seconds since the epoch.
        skipped: the services whose data could not be read, with the reason; they keep their last saved data.
    """

    checkpoint: Checkpoint
    records: Mapping[str, bytes]
    apart: bool
    moment: float
    skipped: dict[str, str] = field(default_factory=dict[str, str])
    _files: dict[str, File] = field(default_factory=dict[str, File])
    _shared: bool = False

    def write(self) -> Path:
        """Write the state if it differs from the last one, and return the folder of the last one.

        Raises:
            OSError: if it cannot be written; the earlier states stay.
        """
        last, draft = self._last(), self.checkpoint.draft()
        remove(draft)
        draft.mkdir(parents=True)
        try:
            self._write_all(draft, last)
            if last and self._is_saved(last):
                remove(draft)
                return last.folder
            write_manifest(draft, self._files, saved=self.moment, shared=self._shared)
            return self.checkpoint.commit(draft)
        except OSError:
            remove(draft)
            raise

    def _is_saved(self, last: SavedState) -> bool:
        """Whether the last state is the same, and undamaged."""
        if dict(last.files) != self._files or (self.apart and last.shared):
            return False
        return all(last.has(name) for name in last.files if not name.startswith(f"{OBJECTS}/"))

    def _last(self) -> SavedState | None:
        try:
            return read(self.checkpoint.folders()[0])
        except (IndexError, DamagedError):
            return None

    def _write_all(self, draft: Path, last: SavedState | None) -> None:
        objects.link(self.checkpoint.cloud / OBJECTS, draft / OBJECTS)
        objects.write_unwritten(draft / OBJECTS)
        self._link_code(draft, last)
        for name, data in self.records.items():
            self._put(draft, last, name, data)
        for key, text in self._services().items():
            self._put(draft, last, f"{SERVICES}/{key}.json", text)
        for name in files_in(draft):
            if name not in self._files:
                self._files[name] = self._checked(draft, last, name)

    def _services(self) -> dict[str, bytes]:
        """Return the content of each service's file; the code of functions is written on the way."""
        read_state = {**private(app, "_build_persistence_save_dict")(), streams.KEY: streams.get_state}
        texts: dict[str, bytes] = {}
        for key, get_state in read_state.items():
            try:
                texts[key] = _encoded(key, get_state())
            except OSError:
                raise
            except Exception as error:  # noqa: BLE001 - any defect of one service must not stop the others
                self.skipped[key] = f"{type(error).__name__}: {error}"
                loaded = self.checkpoint.cloud / SERVICES / f"{key}.json"
                if loaded.exists():
                    texts[key] = loaded.read_bytes()
        return texts

    def _link_code(self, draft: Path, last: SavedState | None) -> None:
        """Link the code that is saved already; the emulator adds what is new and removes what is unused."""
        folder = f"{SERVICES}/{CODE}"
        lambda_svc.CODE_BLOB_DIR = str(draft / folder)
        for name in last.files if last and not self.apart else ():
            if name.startswith(folder) and last and last.has(name):
                self._share(draft, last, name)

    def _put(self, draft: Path, last: SavedState | None, name: str, data: bytes) -> None:
        """Write a file, or link the last state's if it has the same content."""
        self._files[name] = File(len(data), hashlib.sha256(data).hexdigest())
        if last and not self.apart and last.files.get(name) == self._files[name] and last.has(name):
            self._share(draft, last, name)
            return
        path = draft / name
        with naming(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        file_of(path)

    def _share(self, draft: Path, last: SavedState | None, name: str) -> None:
        if last:
            place(last.folder / name, draft / name, link=True)
            self._shared = True

    def _checked(self, draft: Path, last: SavedState | None, name: str) -> File:
        """Return a file's size and hash, from the last state if it is the same file there."""
        path = draft / name
        known = last.files.get(name) if last else None
        if last and known and (last.folder / name).exists() and (last.folder / name).samefile(path):
            return known
        return file_of(path)


def _encoded(key: str, state: Any) -> bytes:
    """Return a service's data in the format that the emulator loads."""
    if state is None:
        raise ValueError("the service could not be loaded")
    version = private(persistence, "_state_format_version")(key)
    content = {"__ministack_format__": version, "payload": state}
    return json.dumps(content, default=private(persistence, "_json_default")).encode()
