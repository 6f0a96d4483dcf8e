"""The cache of the front door: how long, which part, and compressed or not."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

import pytest
from multidict import CIMultiDict

from local.front_door.cache import ENTRY_BYTES, OVERHEAD_BYTES, Cache, Entry, cache_key, lifetime, validators
from local.front_door.compression import compressed
from local.front_door.plan import Plan, plan
from local.front_door.policies import CachePolicy, cache_policy
from local.front_door.selection import selected
from local.front_door.viewer import Viewer
from tests.unit.front_door.distribution import (
    CACHE_POLICIES,
    CACHING_DISABLED,
    CACHING_OPTIMIZED,
    cached_behavior,
    config,
    declared,
    listed,
    origin,
)

NOW = 1_700_000_000.0
OPTIMIZED = cache_policy(CACHE_POLICIES[CACHING_OPTIMIZED])
DISABLED = cache_policy(CACHE_POLICIES[CACHING_DISABLED])
ORIGIN = origin("app", "site.s3.us-east-1.amazonaws.com")


def planned(behavior: dict[str, Any], **fields: Any) -> Plan:
    """Return a plan with one behavior."""
    return plan(declared(config([ORIGIN], [behavior], **fields), cache_policies={"keyed": KEYED}))


KEYED = {
    "MinTTL": 0,
    "ParametersInCacheKeyAndForwardedToOrigin": {
        "EnableAcceptEncodingGzip": True,
        "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": listed(["X-Kind"])},
        "CookiesConfig": {"CookieBehavior": "whitelist", "Cookies": listed(["theme"])},
        "QueryStringsConfig": {"QueryStringBehavior": "whitelist", "QueryStrings": listed(["page"])},
    },
}


def viewer(path: str = "/a", query: str = "", method: str = "GET", **headers: str) -> Viewer:
    """Return a request; an underscore in a header's name is a hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Viewer(method, path, query, CIMultiDict(named), "127.0.0.1")


def seconds(control: str | None, policy: CachePolicy = OPTIMIZED, status: int = 200, **headers: str) -> float:
    """Return how long a response is cached."""
    found = CIMultiDict(headers if control is None else {"Cache-Control": control, **headers})
    return lifetime(planned(cached_behavior("app")), policy, status, found, NOW)


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        (None, 86_400),
        ("public, max-age=31536000, immutable", 31_536_000),
        ("max-age=99999999999", 1_000_000_000),
        ("no-cache", 1),
        ("no-store", 1),
        ("private, max-age=60", 1),
        ("max-age=0", 1),
        ("max-age=60, s-maxage=5", 5),
        ("s-maxage=5", 5),
        ("max-age=60", 60),
        ("must-revalidate", 86_400),
    ],
)
def test_cache_control_decides_between_minimum_and_maximum(control: str | None, expected: float) -> None:
    """With `CachingOptimized` everything is cached for at least a second and at most a year."""
    assert seconds(control) == min(expected, OPTIMIZED.longest)


def test_expires_is_used_without_max_age() -> None:
    """A date, and one that is malformed."""
    assert seconds(None, Expires=formatdate(NOW + 90, usegmt=True)) == 90
    assert seconds("max-age=5", Expires=formatdate(NOW + 90, usegmt=True)) == 5
    assert seconds(None, Expires="0") == 1


def test_caching_disabled_caches_nothing() -> None:
    """Whatever the origin declares, and no errors either."""
    assert [seconds("max-age=60", DISABLED), seconds(None, DISABLED, 404)] == [0, 0]


@pytest.mark.parametrize(
    ("status", "expected"), [(404, 10), (403, 10), (500, 10), (503, 10), (401, 0), (418, 0), (301, 86_400)]
)
def test_errors_are_cached_for_ten_seconds(status: int, expected: float) -> None:
    """CloudFront's default, for the statuses that it caches."""
    assert seconds(None, status=status) == expected


def test_errors_are_cached_as_declared() -> None:
    """`ErrorCachingMinTTL` replaces the default; a longer `max-age` of the origin is used."""
    errors = listed([{"ErrorCode": 404, "ErrorCachingMinTTL": 0}])
    found = planned(cached_behavior("app"), CustomErrorResponses=errors)
    assert lifetime(found, OPTIMIZED, 404, CIMultiDict(), NOW) == 0
    assert lifetime(found, OPTIMIZED, 404, CIMultiDict({"Cache-Control": "max-age=60"}), NOW) == 60


def test_key_contains_what_the_policy_names() -> None:
    """Other parameters, cookies and headers share a response."""
    (behavior,) = planned(cached_behavior("app", CachePolicyId="keyed")).behaviors
    sent = viewer(query="page=1&utm=x", Cookie="theme=dark; session=1", X_Kind="k", X_Other="o")
    same = viewer(query="utm=y&page=1", Cookie="session=2; theme=dark", X_Kind="k")
    others = [
        viewer(query="page=2", Cookie="theme=dark", X_Kind="k"),
        viewer(query="page=1", Cookie="theme=light", X_Kind="k"),
        viewer(query="page=1", Cookie="theme=dark", X_Kind="l"),
        viewer("/b", query="page=1", Cookie="theme=dark", X_Kind="k"),
    ]
    key = cache_key(behavior, sent, compressed=True)
    assert key == cache_key(behavior, same, compressed=True)
    assert key not in [cache_key(behavior, other, compressed=True) for other in others]
    assert key != cache_key(behavior, sent, compressed=False)


@dataclass
class Clock:
    """A clock that a test moves."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


def entry(body: bytes = b"0123456789", kept: float = 10, status: int = 200, **headers: str) -> Entry:
    """Return an entry that was stored now."""
    named = CIMultiDict((name.replace("_", "-"), value) for name, value in headers.items())
    return Entry(status, named, body, NOW, NOW + kept, validators(named))


def test_entry_is_fresh_until_its_time() -> None:
    """Afterwards it is found, but stale."""
    clock = Clock()
    cache = Cache(clock=clock)
    cache.store("k", entry())
    clock.now += 9
    assert cache.find("k") == (entry(), True)
    assert cache.age(entry()) == 9
    clock.now += 1
    assert cache.find("k") == (entry(), False)
    assert cache.find("other") == (None, False)


def test_entry_without_time_is_not_kept_and_removes_an_older_one() -> None:
    """A response that is not cached replaces nothing."""
    cache = Cache(clock=Clock())
    cache.store("k", entry())
    cache.store("k", entry(kept=0))
    assert cache.find("k") == (None, False)


def test_memory_is_limited() -> None:
    """The entry that was used least recently makes room; one that is too large is not kept."""
    cache = Cache(limit=3 * (OVERHEAD_BYTES + 1000), clock=Clock())
    for key in "abc":
        cache.store(key, entry(b"x" * 1000))
    cache.find("a")
    cache.store("d", entry(b"x" * 1000))
    cache.store("large", entry(b"x" * 10_000))
    assert [cache.find(key)[1] for key in ("a", "b", "c", "d", "large")] == [True, False, True, True, False]
    for number in range(10_000):
        cache.store(number, entry(b""))
    assert (
        sum(cache.find(number)[1] for number in range(10_000))
        == 3 * (OVERHEAD_BYTES + 1000) // OVERHEAD_BYTES
    )


def test_large_response_is_not_kept() -> None:
    """One response never fills the cache."""
    cache = Cache(clock=Clock())
    cache.store("k", entry(bytes(ENTRY_BYTES)))
    assert cache.find("k") == (None, False)


ETAG = {"ETag": '"v1"', "Last_Modified": formatdate(NOW, usegmt=True), "Content_Type": "text/plain"}


@pytest.mark.parametrize(
    ("headers", "status", "body", "content_range"),
    [
        ({}, 200, b"0123456789", None),
        ({"Range": "bytes=0-3"}, 206, b"0123", "bytes 0-3/10"),
        ({"Range": "bytes=8-"}, 206, b"89", "bytes 8-9/10"),
        ({"Range": "bytes=8-99"}, 206, b"89", "bytes 8-9/10"),
        ({"Range": "bytes=-3"}, 206, b"789", "bytes 7-9/10"),
        ({"Range": "bytes=-99"}, 206, b"0123456789", "bytes 0-9/10"),
        ({"Range": "bytes=10-"}, 416, b"", "bytes */10"),
        ({"Range": "bytes=5-3"}, 416, b"", "bytes */10"),
        ({"Range": "bytes=-"}, 200, b"0123456789", None),
        ({"Range": "bytes=0-1,3-4"}, 200, b"0123456789", None),
        ({"Range": "lines=0-1"}, 200, b"0123456789", None),
        ({"Range": "bytes=0-3", "If-Range": '"v1"'}, 206, b"0123", "bytes 0-3/10"),
        ({"Range": "bytes=0-3", "If-Range": '"v0"'}, 200, b"0123456789", None),
        ({"If-None-Match": '"v0", W/"v1"'}, 304, b"", None),
        ({"If-None-Match": "*"}, 304, b"", None),
        ({"If-None-Match": '"v0"'}, 200, b"0123456789", None),
        ({"If-Modified-Since": formatdate(NOW, usegmt=True)}, 304, b"", None),
        ({"If-Modified-Since": formatdate(NOW - 1, usegmt=True)}, 200, b"0123456789", None),
        ({"If-Modified-Since": "yesterday"}, 200, b"0123456789", None),
        (
            {"If-None-Match": '"v0"', "If-Modified-Since": formatdate(NOW, usegmt=True)},
            200,
            b"0123456789",
            None,
        ),
    ],
)
def test_viewer_gets_the_part_that_it_asks_for(
    headers: dict[str, str], status: int, body: bytes, content_range: str | None
) -> None:
    """Ranges and conditions of a request to a cached response."""
    found = selected(Viewer("GET", "/a", "", CIMultiDict(headers), ""), entry(**ETAG))
    assert (found.status, found.body, found.headers.get("Content-Range")) == (status, body, content_range)
    assert found.headers["ETag"] == '"v1"'


def test_head_and_errors() -> None:
    """HEAD has the length without the body; an error has no parts."""
    head = selected(viewer(method="HEAD"), entry(**ETAG))
    assert (head.status, head.headers["Content-Length"], head.body) == (200, "10", b"")
    error = selected(viewer(Range="bytes=0-1", If_None_Match='"v1"'), entry(status=404, **ETAG))
    assert (error.status, error.body) == (404, b"0123456789")


def test_validators_ask_for_a_newer_response() -> None:
    """The conditions that the origin understands."""
    found = entry(**ETAG).validators
    assert found == {"If-None-Match": '"v1"', "If-Modified-Since": formatdate(NOW, usegmt=True)}
    assert validators(CIMultiDict()) == {}


@pytest.mark.parametrize("media_type", ["text/javascript", "text/html; charset=utf-8", "image/svg+xml"])
def test_compressible_response_is_compressed(media_type: str) -> None:
    """The body is gzip, the tag is weak, and caches know of it."""
    headers = CIMultiDict({"Content-Type": media_type, "ETag": '"v1"', "Content-Length": "2000"})
    body = compressed(200, headers, b"x" * 2000)
    assert gzip.decompress(body) == b"x" * 2000
    assert dict(headers) == {
        "Content-Type": media_type,
        "ETag": 'W/"v1"',
        "Content-Encoding": "gzip",
        "Vary": "Accept-Encoding",
    }


@pytest.mark.parametrize(
    ("status", "size", "headers"),
    [
        (200, 999, {"Content-Type": "text/html"}),
        (200, 10_000_001, {"Content-Type": "text/html"}),
        (206, 2000, {"Content-Type": "text/html"}),
        (404, 2000, {"Content-Type": "text/html"}),
        (200, 2000, {"Content-Type": "image/png"}),
        (200, 2000, {}),
        (200, 2000, {"Content-Type": "text/html", "Content-Encoding": "br"}),
        (200, 2000, {"Content-Type": "text/html", "Cache-Control": "no-transform"}),
    ],
)
def test_other_response_is_not_compressed(status: int, size: int, headers: dict[str, str]) -> None:
    """CloudFront compresses whole texts from 1,000 to 10,000,000 bytes."""
    found = CIMultiDict(headers)
    assert compressed(status, found, bytes(size)) == bytes(size)
    assert dict(found) == headers


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("GZIP", True),
        ("gzip;q=0", False),
        ("*, gzip; q=0", False),
        ("br", False),
        ("gzip;q=x", False),
        ("", False),
    ],
)
def test_accept_encoding(accepted: str, *, expected: bool) -> None:
    """A coding may have a weight; 0 refuses it."""
    assert viewer(Accept_Encoding=accepted).accepts_gzip is expected
