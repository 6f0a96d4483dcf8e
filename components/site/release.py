"""A release of the app: a page and its assets, in folders that have the release's id.

No release changes the files of another one, so that a page that is open goes on working.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from components.site.files import SiteFilesError, read, shown, text

PAGE = "index.html"
ASSETS = "assets"
ID_LENGTH = 12
"""Hexadecimal digits of an id."""

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATED = "no-cache"

NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
"""The names of files that are the same in a path, in a URL and in a key of S3."""

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""Not from the module mimetypes, whose table depends on the computer."""


@dataclass(frozen=True)
class StoredObject:
    """An object of the site's bucket.

    Attributes:
        key: the key.
        body: the text, or the file that contains the bytes.
        cache_control: the `Cache-Control` header, for browsers and for CloudFront.
    """

    key: str
    body: str | Path
    cache_control: str

    @property
    def content_type(self) -> str:
        """The `Content-Type` header."""
        return CONTENT_TYPES[Path(self.key).suffix]


@dataclass(frozen=True)
class Release:
    """The files of one release.

    Attributes:
        id: a digest of the names and contents of all files.
        page: the HTML, which refers to assets as `/assets/…`.
        assets: the files below `assets/`, by their path in it, such as `core/router.js`.
    """

    id: str
    page: str
    assets: Mapping[str, Path]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the release in a folder that contains `index.html` and `assets/`.

        Names that begin with a dot are ignored: editors and operating systems create them.

        Raises:
            SiteFilesError: for a file that is missing, unreadable or unexpected.
        """
        if not folder.is_dir():
            raise SiteFilesError(f"{shown(folder)}: missing: expected a folder with {PAGE} and {ASSETS}/")
        for path in _entries(folder):
            if path.name not in (PAGE, ASSETS):
                raise SiteFilesError(f"{shown(path)}: not served: expected only {PAGE} and {ASSETS}/")
        page = text(folder / PAGE)
        assets = {path.relative_to(folder / ASSETS).as_posix(): path for path in _files(folder / ASSETS)}
        return cls(_digest(page, assets), page, assets)

    def objects(self) -> dict[str, StoredObject]:
        """Return the objects by a name that is the same in every release."""
        assets = {
            f"{ASSETS}/{path}": StoredObject(f"{ASSETS}/{self.id}/{path}", file, IMMUTABLE)
            for path, file in self.assets.items()
        }
        page = self.page.replace(f"/{ASSETS}/", f"/{ASSETS}/{self.id}/")
        index = json.dumps({"id": self.id, "assets": [each.key for each in assets.values()]})
        folder = f"releases/{self.id}"
        return {
            **assets,
            PAGE: StoredObject(f"{folder}/{PAGE}", page, REVALIDATED),
            "release.json": StoredObject(f"{folder}/release.json", index, REVALIDATED),
        }


def _entries(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise SiteFilesError(f"{shown(folder)}: cannot be read: {error.strerror}") from None
    return [path for path in entries if not path.name.startswith(".")]


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and its subfolders, sorted by path."""
    for path in _entries(folder):
        if not NAME.fullmatch(path.name):
            raise SiteFilesError(f"{shown(path)}: expected a name of a-z, A-Z, 0-9, '.', '_' and '-'")
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        elif path.suffix not in CONTENT_TYPES:
            raise SiteFilesError(f"{shown(path)}: expected one of {', '.join(CONTENT_TYPES)}")
        else:
            yield path


def _digest(page: str, assets: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    for name, content in [(PAGE, page.encode()), *((name, read(path)) for name, path in assets.items())]:
        digest.update(f"{len(name)} {name} {len(content)} ".encode())
        digest.update(content)
    return digest.hexdigest()[:ID_LENGTH]
