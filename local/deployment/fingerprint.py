"""Whether a deployment is unchanged: the program that was applied, its record, and the emulator that has it.

`make up` does nothing if all of these are as the last complete run left them. A missing or unreadable file, a
linked folder, or a change during the run means a full run, and so does a change of the code that this process
runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from local.driver.sources import PROGRAM_FILE, PROGRAM_FOLDERS, SITE_FOLDERS
from local.machine.code import CODE
from local.machine.files import write_atomically

FILES = (PROGRAM_FILE, "Pulumi.yaml", "Pulumi.local.yaml", ".python-version")
"""The program's files outside of its folders."""

CODE_FOLDERS = ("provider", "local")
"""What applies the program, in the checkout that contains this module."""

FILE = "applied.json"

_running: dict[Path, str] = {}
"""The hash of the code and packages that this process runs, by folder: as they were at the first reading."""


@dataclass(frozen=True)
class Fingerprint:
    """The fingerprint of the last complete run, in a file beside the state that the run wrote.

    Attributes:
        root: the folder of the Pulumi program.
        directory: the folder of the deployment.
        written: the files that a run writes: the driver's state and the stack's outputs.
    """

    root: Path
    directory: Path
    written: tuple[Path, ...]

    def matches(self, cloud: Mapping[str, Any]) -> bool:
        """Return whether nothing has changed since the last complete run.

        Args:
            cloud: what identifies the running emulator and front door.
        """
        try:
            known: Any = json.loads((self.directory / FILE).read_bytes())
        except (OSError, ValueError):
            return False
        return isinstance(known, dict) and known == self._facts(self.program(), cloud)

    def forget(self) -> None:
        """Make the next `up` apply the program."""
        (self.directory / FILE).unlink(missing_ok=True)

    @contextmanager
    def of_run(self, cloud: Mapping[str, Any]) -> Generator[None]:
        """Record the run in the block, if it completes and the program's files are the same at its end."""
        before = self.program()
        self.forget()
        yield
        facts = self._facts(before, cloud)
        if facts is not None and self.program() == before:
            write_atomically(self.directory / FILE, json.dumps(facts))

    def _facts(self, program: str | None, cloud: Mapping[str, Any]) -> dict[str, Any] | None:
        try:
            record = [hashlib.sha256(path.read_bytes()).hexdigest() for path in self.written]
        except OSError:
            return None
        if program is None:
            return None
        return {"root": str(self.root), "program": program, "record": record, "cloud": dict(cloud)}

    def program(self) -> str | None:
        """Return the hash of all that a run reads.

        It is the same in every checkout with the same content. None if a file is unreadable, a folder is a
        link, or this process runs other code than the files contain: it applies the program differently.
        """
        try:
            code = _hash(_code())
            if _running.setdefault(CODE, code) != code:
                return None
            return _hash(chain([("code", code.encode())], self._sources()))
        except (OSError, LinkError):
            return None

    def _sources(self) -> Iterator[tuple[str, bytes]]:
        """Yield the names and contents of the program's files, in a fixed order."""
        for name in FILES:
            yield name, (self.root / name).read_bytes()
        yield from _contents(self.root, (*PROGRAM_FOLDERS, *SITE_FOLDERS))


def _code() -> Iterator[tuple[str, bytes]]:
    """Yield the installed packages, and the names and contents of the files that apply the program."""
    yield "packages", "\n".join(packages()).encode()
    yield from _contents(CODE, CODE_FOLDERS)


def _contents(base: Path, folders: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    for name in folders:
        for path in files(str(base / name)):
            with open(path, "rb") as file:  # noqa: PTH123 - a Path for each file takes as long as reading it
                yield path.removeprefix(str(base)), file.read()


def _hash(contents: Iterable[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, content in contents:
        digest.update(f"{len(name)} {name} {len(content)} ".encode("utf-8", "surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


class LinkError(Exception):
    """A folder is a symbolic link, which could lead to itself."""


def files(folder: str) -> Iterator[str]:
    """Yield the paths of all files in a folder and its subfolders, sorted, without Python's caches.

    Raises:
        LinkError: for a folder that is a symbolic link.
        OSError: for a folder that cannot be read.
    """
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if not entry.is_dir():
            yield entry.path
        elif entry.is_symlink():
            raise LinkError(entry.path)
        elif entry.name != "__pycache__":
            yield from files(entry.path)


def packages() -> list[str]:
    """Return the interpreter's version and the names and versions of the installed packages."""
    found = [
        name
        for folder in {path for path in sys.path if path.endswith("site-packages")}
        for name in os.listdir(folder)  # noqa: PTH208 - as above
        if name.endswith(".dist-info")
    ]
    return [sys.version, *sorted(found)]
