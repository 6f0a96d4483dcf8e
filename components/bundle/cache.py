"""A cache of built files, named by the content of their inputs. A damaged file counts as missing."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """A file in the cache; `hash` is the SHA-256 of its bytes in hexadecimal."""

    path: Path
    hash: str


def digest(*parts: str | bytes) -> str:
    """Return a hash of the parts, in this order: 32 hexadecimal digits."""
    total = sha256()
    for part in parts:
        total.update(sha256(part.encode() if isinstance(part, str) else part).digest())
    return total.hexdigest()[:32]


class Cache:
    """A folder of files, each with its hash in a second file.

    A reader accepts only content that matches its hash, and a writer replaces whole files. A crash or a
    concurrent build, which would write the same bytes, cannot damage an entry permanently.
    """

    def __init__(self, root: Path) -> None:
        self.folder = root / ".local" / "bundles"

    def load(self, name: str) -> Entry | None:
        """Return the entry, or None if it is missing or damaged."""
        content = self.read(name)
        return None if content is None else Entry(self.folder / name, sha256(content).hexdigest())

    def read(self, name: str) -> bytes | None:
        """Return the bytes of the entry, or None if it is missing or damaged."""
        path = self.folder / name
        try:
            content, expected = path.read_bytes(), _hash_file(path).read_text()
        except (OSError, UnicodeDecodeError):
            return None
        return content if sha256(content).hexdigest() == expected else None

    def save(self, name: str, content: bytes) -> Entry:
        """Write or replace an entry."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        entry = Entry(path, sha256(content).hexdigest())
        _replace(path, content)
        _replace(_hash_file(path), entry.hash.encode())
        return entry


def _hash_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
