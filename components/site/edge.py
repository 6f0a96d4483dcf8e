"""The sources of the CloudFront Functions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from components.site.files import SiteFilesError, text

SOURCE_BYTES = 10_240
"""CloudFront's limit of a function's source:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html"""


@dataclass(frozen=True)
class Edge:
    """The function that runs for each request of a behavior, by the behavior's origin.

    Attributes:
        app: chooses the release of a page; may read the key-value store.
        api: passes the access token of a cookie to the HTTP API.
        ws: checks where a WebSocket is opened.
    """

    app: str
    api: str
    ws: str

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the functions `app.js`, `api.js` and `ws.js` of a folder.

        Raises:
            SiteFilesError: for a file that is missing, unreadable, or longer than CloudFront accepts.
        """
        return cls(*(_source(folder / f"{name}.js") for name in ("app", "api", "ws")))


def _source(path: Path) -> str:
    source = text(path)
    size = len(source.encode())
    if not 0 < size <= SOURCE_BYTES:
        raise SiteFilesError(f"{path}: has {size:,} bytes: expected 1 to {SOURCE_BYTES:,}")
    return source
