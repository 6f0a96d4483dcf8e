"""A distribution that was created through CloudFront's API, as the front door serves it."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from local.front_door.signing import signed
from local.front_door.store import FRESH_SECONDS
from provider.cloud import Cloud
from tests.local.front_door.deployment import Site, put_key
from tests.unit.front_door.distribution import behavior, cached_behavior, config

PAGE = b"<!doctype html><title>Page</title>" + b"x" * 2000
SCRIPT = b"export const value = 1;\n" * 100

RELEASE = """
import cf from 'cloudfront';

async function handler(event) {
  const request = event.request;
  if (request.uri.includes('.')) return request;
  const id = await cf.kvs().get('default');
  request.uri = `/releases/${id}/index.html`;
  return request;
}
"""


@pytest.fixture
def site(cloud: Cloud, tmp_path: Path) -> Site:
    return Site(cloud, tmp_path)


def visited(site: Site, visit: Callable[[aiohttp.ClientSession], Awaitable[Any]]) -> Any:
    """Run `visit` with a session to the front door, and return its result."""

    async def run() -> Any:
        async with site.open() as session:
            return await visit(session)

    return asyncio.run(run())


async def got(session: aiohttp.ClientSession, path: str, **options: Any) -> tuple[int, str, bytes]:
    """Return the status, the first word of X-Cache, and the body."""
    async with session.request(options.pop("method", "GET"), path, **options) as response:
        cache = response.headers.get("X-Cache", "none").split()[0]
        return response.status, cache, await response.read()


PLAIN = {"Accept-Encoding": "identity"}


def deployed(site: Site, **fields: Any) -> None:
    """Deploy a distribution with the bucket as its only origin, and an object in it."""
    site.put("a.js", SCRIPT, "text/javascript", "public, max-age=60")
    site.deploy(config([site.bucket()], [cached_behavior("app", **fields)]))


def test_only_the_distribution_reads_the_bucket(site: Site) -> None:
    """403 without a policy and with one for another distribution; 200 with one for this; others 403."""
    deployed(site)
    address = f"{site.cloud.endpoint}/{site.name}/a.js"

    def status(allowed: str | None = None) -> int:
        """Return the status of a new front door, which has cached nothing."""
        if allowed:
            site.allow(allowed)
        return visited(site, lambda session: got(session, "/a.js", headers=PLAIN))[0]

    async def direct(session: aiohttp.ClientSession) -> list[int]:
        distribution = {"X-Strata-Distribution": site.arn}
        root = signed("GET", address, "s3", distribution)
        other = root | {"Authorization": root["Authorization"].replace("=local/", "=AKIAOTHER/")}
        sent = [{}, distribution, other, root]
        async with aiohttp.ClientSession() as own:
            return [(await got(own, address, headers=headers))[0] for headers in sent]

    assert [status(), status(f"{site.arn}X"), status(site.arn)] == [403, 403, 200]
    assert visited(site, direct) == [403, 403, 403, 200]


def test_missing_object_is_an_error_and_no_page(site: Site) -> None:
    """S3 returns 403 to a reader that may not list, and the response is not HTML."""
    deployed(site)
    site.allow()
    status, cache, body = visited(site, lambda session: got(session, "/b.js"))
    assert (status, cache, b"AccessDenied" in body, b"<html" in body) == (403, "Error", True, False)


def test_object_is_cached_compressed_and_aged(site: Site) -> None:
    """The first response is a miss, the next are hits, with and without compression."""
    deployed(site)
    site.allow()

    async def visit(session: aiohttp.ClientSession) -> Any:
        packed = {"Accept-Encoding": "gzip, br"}
        found = [await got(session, "/a.js", headers=headers) for headers in (packed, packed, PLAIN, PLAIN)]
        await asyncio.sleep(1.1)
        async with session.get("/a.js", headers=packed) as response:
            return found, dict(response.headers)

    found, headers = visited(site, visit)
    assert [(status, cache) for status, cache, _ in found] == [(200, "Miss"), (200, "Hit")] * 2
    assert [gzip.decompress(body) for _, _, body in found[:2]] == [SCRIPT] * 2
    assert [body for _, _, body in found[2:]] == [SCRIPT] * 2
    assert (headers["Content-Encoding"], headers["Etag"][:2]) == ("gzip", "W/")
    assert 1 <= int(headers["Age"]) <= 30
    assert headers["Via"].endswith(".cloudfront.net (CloudFront)")
    assert headers["Cache-Control"] == "public, max-age=60"


def test_stale_object_is_validated(site: Site) -> None:
    """`no-cache` is cached for the policy's minimum of a second, then validated, then replaced."""
    deployed(site)
    site.allow()
    site.put("page", b"one", "text/html", "no-cache")

    async def visit(session: aiohttp.ClientSession) -> Any:
        found = [await got(session, "/page"), await got(session, "/page")]
        await asyncio.sleep(1.1)
        found.append(await got(session, "/page"))
        site.put("page", b"two", "text/html", "no-cache")
        await asyncio.sleep(1.1)
        return [*found, await got(session, "/page")]

    assert visited(site, visit) == [
        (200, "Miss", b"one"),
        (200, "Hit", b"one"),
        (200, "RefreshHit", b"one"),
        (200, "Miss", b"two"),
    ]


def test_ranges_conditions_and_head(site: Site) -> None:
    """Of an object that is not cached, and of one that is."""
    deployed(site)
    site.allow()

    async def visit(session: aiohttp.ClientSession) -> Any:
        found = []
        for _ in range(2):
            part = await got(session, "/a.js", headers={"Range": "bytes=0-5"})
            none = await got(session, "/a.js", headers={"Range": "bytes=99999-"})
            head = await got(session, "/a.js", method="HEAD", headers=PLAIN)
            found.append([(part[0], part[2]), none[0], (head[0], head[2])])
            async with session.get("/a.js", headers=PLAIN) as response:
                tag = response.headers["ETag"]
        return found, await got(session, "/a.js", headers=PLAIN | {"If-None-Match": tag})

    found, conditional = visited(site, visit)
    assert found == [[(206, b"export"), 416, (200, b"")]] * 2
    assert conditional == (304, "Hit", b"")


def test_function_reads_the_store_within_half_a_second(site: Site) -> None:
    """A release and a rollback are live at once, and no request between asks the store."""
    store = site.store()
    site.put("releases/one/index.html", b"one", "text/html", "no-cache")
    site.put("releases/two/index.html", b"two", "text/html", "no-cache")
    put_key(site.cloud, store, "default", "one")
    function = site.function(RELEASE, store)
    site.deploy(config([site.bucket()], [cached_behavior("app", functions={"viewer-request": function})]))
    site.allow()

    async def until(session: aiohttp.ClientSession, body: bytes) -> float:
        started = time.monotonic()
        while (await got(session, "/deep/link"))[2] != body:
            assert time.monotonic() - started < 10
        return time.monotonic() - started

    async def visit(session: aiohttp.ClientSession) -> Any:
        assert await got(session, "/deep/link") == (200, "Miss", b"one")
        seconds: list[float] = []
        for release in ("two", "one"):
            await asyncio.to_thread(put_key, site.cloud, store, "default", release)
            seconds.append(await until(session, release.encode()))
        return seconds

    assert max(visited(site, visit)) < FRESH_SECONDS + 0.75  # The rest is for a busy machine.


def test_store_with_many_keys_is_read_completely(site: Site) -> None:
    """More keys than a page of the API has."""
    store = site.store()
    for number in range(60):
        put_key(site.cloud, store, f"key:{number:02}", str(number))
    source = """
    import cf from 'cloudfront';
    async function handler(event) {
      return { statusCode: 200, body: await cf.kvs().get(event.request.uri.slice(1)) };
    }
    """
    function = site.function(source, store)
    site.deploy(config([site.bucket()], [behavior("app", functions={"viewer-request": function})]))
    found = visited(site, lambda session: got(session, "/key:59"))
    assert found == (200, "FunctionGeneratedResponse", b"59")


def test_response_headers_and_function(site: Site) -> None:
    """The policy is applied to hits and errors too; the viewer-response function runs after it."""
    policy = site.cloudfront.create_response_headers_policy(
        ResponseHeadersPolicyConfig={
            "Name": site.name,
            "SecurityHeadersConfig": {
                "ContentSecurityPolicy": {"Override": True, "ContentSecurityPolicy": "default-src 'none'"},
                "ContentTypeOptions": {"Override": True},
            },
        }
    )["ResponseHeadersPolicy"]["Id"]
    function = site.function(
        "function handler(event) { const r = event.response;"
        " r.headers['x-own'] = { value: r.headers['content-security-policy'].value }; return r; }"
    )
    deployed(site, ResponseHeadersPolicyId=policy, functions={"viewer-response": function})
    site.allow()

    async def visit(session: aiohttp.ClientSession) -> Any:
        found = []
        for path in ("/a.js", "/a.js", "/b.js"):
            async with session.get(path) as response:
                headers = [response.headers.get(name) for name in ("Content-Security-Policy", "X-Own")]
                found.append((response.headers["X-Content-Type-Options"], *headers))
        return found

    policy_value = "default-src 'none'"
    whole = ("nosniff", policy_value, policy_value)
    assert visited(site, visit) == [whole, whole, ("nosniff", policy_value, None)]


def test_failing_function_is_503(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """An exception and an endless loop; the next request is served, and each failure is one log line."""
    function = site.function(
        "function handler(event) { if (event.request.uri === '/loop') for (;;) {}"
        " if (event.request.uri === '/throw') throw new Error('boom'); return event.request; }"
    )
    deployed(site, functions={"viewer-request": function})
    site.allow()

    async def visit(session: aiohttp.ClientSession) -> Any:
        return [(await got(session, path, headers=PLAIN))[0] for path in ("/throw", "/loop", "/a.js")]

    assert visited(site, visit) == [503, 503, 200]
    assert [message.count("\n") for message in caplog.messages] == [0, 0]


def test_methods_of_a_behavior(site: Site) -> None:
    """Another method than the declared ones is 403, and so is GET with a body."""
    deployed(site)
    site.allow()

    async def visit(session: aiohttp.ClientSession) -> Any:
        methods = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND")
        found = [(await got(session, "/a.js", method=method))[0] for method in methods]
        return found, (await got(session, "/a.js", data=b"body"))[0]

    assert visited(site, visit) == ([200, 200] + [403] * 7, 403)


def test_new_deployment_is_served_without_a_restart(site: Site) -> None:
    """Before the first one it is 503; a distribution that was deleted is 503 too."""

    async def visit(session: aiohttp.ClientSession) -> Any:
        found = [(await got(session, "/a.js"))[0]]
        await asyncio.to_thread(deployed, site)
        site.allow()
        found.append((await got(session, "/a.js"))[0])
        await asyncio.to_thread(
            site.deploy, config([site.bucket()], [behavior("app", methods=("GET", "HEAD"))])
        )
        found.append((await got(session, "/a.js"))[0])
        site.outputs.write_text('{"distributionId": "E0"}')
        return [*found, (await got(session, "/a.js"))[0]]

    assert visited(site, visit) == [503, 200, 403, 503]


def test_unsupported_distribution_is_503_with_its_reason(site: Site) -> None:
    """The error names the part that the front door does not have."""
    page = {
        "ErrorCode": 403,
        "ResponsePagePath": "/index.html",
        "ResponseCode": "200",
        "ErrorCachingMinTTL": 1,
    }
    errors = {"CustomErrorResponses": {"Quantity": 1, "Items": [page]}}
    site.deploy(config([site.bucket()], [cached_behavior("app")], **errors))
    status, _, body = visited(site, lambda session: got(session, "/a.js"))
    assert (status, b"CustomErrorResponses 403" in body) == (503, True)
