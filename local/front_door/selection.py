"""What a viewer gets of a cached response: all of it, a range, or the news that its copy is valid."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

from multidict import CIMultiDict

from local.front_door.bodies import Complete
from local.front_door.cache import Entry
from local.front_door.viewer import Viewer

RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def selected(viewer: Viewer, entry: Entry) -> Complete:
    """Return the response to a viewer (RFC 9110, 13 and 14). A list of ranges returns the whole response."""
    headers = entry.headers.copy()
    if entry.status != 200:
        return Complete(entry.status, None, headers, entry.body)
    if _has_valid_copy(viewer.headers, headers):
        for name in ("Content-Length", "Content-Encoding", "Content-Type"):
            headers.popall(name, None)
        return Complete(304, None, headers, b"")
    if viewer.method == "HEAD":
        headers["Content-Length"] = str(len(entry.body))
        return Complete(200, None, headers, b"")
    wanted = RANGE.fullmatch(viewer.headers.get("Range", ""))
    if wanted is None or wanted[0] == "bytes=-" or not _is_current(viewer.headers, headers):
        return Complete(200, None, headers, entry.body)
    return _part(entry, headers, wanted[1], wanted[2])


def _part(entry: Entry, headers: CIMultiDict[str], first: str, last: str) -> Complete:
    size = len(entry.body)
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start >= size or (first and last and int(last) < start):
        headers["Content-Range"] = f"bytes */{size}"
        return Complete(416, None, headers, b"")
    headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    return Complete(206, None, headers, entry.body[start : end + 1])


def _has_valid_copy(sent: CIMultiDict[str], own: CIMultiDict[str]) -> bool:
    """Return whether the viewer's conditions are not met, because it has this response already."""
    if "If-None-Match" in sent:
        tags = {tag.strip().removeprefix("W/") for tag in sent["If-None-Match"].split(",")}
        return "*" in tags or own.get("ETag", "").removeprefix("W/") in tags
    return _time(own.get("Last-Modified")) <= _time(sent.get("If-Modified-Since"), float("-inf"))


def _is_current(sent: CIMultiDict[str], own: CIMultiDict[str]) -> bool:
    """Return whether a range may be sent: the viewer's part, if it has one, is of this response."""
    return sent.get("If-Range") in (None, own.get("ETag"), own.get("Last-Modified"))


def _time(date: str | None, otherwise: float = float("inf")) -> float:
    try:
        return parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return otherwise
