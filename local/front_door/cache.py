"""The cache: whole responses in memory, kept as long as the cache policy and their headers allow.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from multidict import CIMultiDict

from local.front_door.plan import ERROR_SECONDS, Behavior, Plan
from local.front_door.policies import CachePolicy
from local.front_door.viewer import Viewer, joined_cookies

LIMIT_BYTES = 64 * 1024 * 1024
"""The memory for all responses; the one that was used least recently makes room."""

ENTRY_BYTES = 8 * 1024 * 1024
"""The limit of a response that is cached."""

CACHED = frozenset({200, 203, 204, 206, 300, 301, 302, 304, 307, 308})
"""The statuses of responses whose own headers state how long they are cached."""

CACHED_ERRORS = frozenset({400, 403, 404, 405, 412, 414, 415, 500, 501, 502, 503, 504})
"""The statuses of errors that CloudFront caches."""

OVERHEAD_BYTES = 1024
"""The memory of an entry besides its body."""


@dataclass(frozen=True)
class Entry:
    """A cached response.

    Attributes:
        stored: when it was received or last validated, in seconds.
        fresh_until: until when it is used without asking the origin.
        validators: the headers of a request that asks the origin whether it is still valid.
    """

    status: int
    headers: CIMultiDict[str]
    body: bytes
    stored: float
    fresh_until: float
    validators: dict[str, str]

    @property
    def size(self) -> int:
        """The number of bytes that it counts."""
        return len(self.body) + OVERHEAD_BYTES


@dataclass
class Cache:
    """The cached responses.

    Attributes:
        limit: the number of bytes of all entries together.
        clock: returns the time in seconds.
    """

    limit: int = LIMIT_BYTES
    clock: Callable[[], float] = time.time
    _entries: OrderedDict[Hashable, Entry] = field(default_factory=OrderedDict[Hashable, Entry])
    _size: int = 0

    def find(self, key: Hashable) -> tuple[Entry | None, bool]:
        """Return the entry of a key, and whether it is fresh."""
        entry = self._entries.get(key)
        if entry is None:
            return None, False
        self._entries.move_to_end(key)
        return entry, self.clock() < entry.fresh_until

    def store(self, key: Hashable, entry: Entry) -> None:
        """Keep a response for the next requests, unless it is too large or not cached at all."""
        self.remove(key)
        if entry.fresh_until > entry.stored and entry.size <= min(ENTRY_BYTES, self.limit):
            self._entries[key] = entry
            self._size += entry.size
        while self._size > self.limit:
            self.remove(next(iter(self._entries)))

    def remove(self, key: Hashable) -> None:
        """Forget an entry."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size -= entry.size

    def age(self, entry: Entry) -> int:
        """Return the seconds since an entry was stored."""
        return int(self.clock() - entry.stored)


def cache_key(behavior: Behavior, viewer: Viewer, *, compressed: bool) -> Hashable:
    """Return what requests that share a response have in common."""
    chosen = behavior.cache.key
    headers = [
        (name.lower(), value) for name, value in viewer.headers.items() if name.lower() in chosen.headers
    ]
    return (
        behavior.pattern,
        viewer.path,
        viewer.chosen_query(lambda name: name in chosen.queries),
        joined_cookies(viewer.cookies, chosen.cookies),
        tuple(sorted(headers)),
        compressed,
    )


def validators(headers: CIMultiDict[str]) -> dict[str, str]:
    """Return the conditions of a request that asks whether a response with these headers is still valid."""
    names = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}
    return {name: headers[source] for name, source in names.items() if source in headers}


def lifetime(plan: Plan, policy: CachePolicy, status: int, headers: CIMultiDict[str], now: float) -> float:
    """Return the seconds for which a response is cached; 0 if it is not."""
    if not policy.caches:
        return 0
    if status in CACHED:
        return _lifetime(policy, headers, now)
    if status in CACHED_ERRORS:
        return max(plan.error_seconds.get(status, ERROR_SECONDS), _declared(headers, now) or 0)
    return 0


def _lifetime(policy: CachePolicy, headers: CIMultiDict[str], now: float) -> float:
    declared = _declared(headers, now)
    if declared is None:
        return max(policy.default, policy.shortest)
    return max(policy.shortest, min(declared, policy.longest))


def _declared(headers: CIMultiDict[str], now: float) -> float | None:
    """Return the seconds that the origin declares, or None if it declares none."""
    control = ", ".join(headers.getall("Cache-Control", [])).lower()
    if re.search(r"\b(no-cache|no-store|private)\b", control):
        return 0
    for directive in ("s-maxage", "max-age"):
        found = re.search(rf"(?<![\w-]){directive}\s*=\s*\"?(\d{{1,10}})", control)
        if found:
            return float(found[1])
    if "Expires" not in headers:
        return None
    try:
        return max(0.0, parsedate_to_datetime(headers["Expires"]).timestamp() - now)
    except ValueError:
        return 0
