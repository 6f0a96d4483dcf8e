"""Files that only signed requests may read, in a distribution that was created through CloudFront's API."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from provider.cloud import Cloud
from tests.local.front_door.deployment import Site
from tests.unit.front_door.distribution import cached_behavior, config
from tests.unit.front_door.signers import OTHER_KEY, RSA_KEY, cookies, custom, pem, signed_url

FILE = "files/report.txt"


def test_file_is_readable_only_with_a_signature(cloud: Cloud, tmp_path: Path) -> None:
    """Unsigned, expired, tampered and wrongly signed requests are 403, and other people's links too."""
    site = Site(cloud, tmp_path)
    key, group = site.key_group(pem(RSA_KEY))
    private = cached_behavior("app", "/files/*", groups=[group])
    for name in (FILE, "files/other.txt", "public.txt"):
        site.put(name, name.encode(), "text/plain", "max-age=60")
    site.deploy(config([site.bucket()], [private, cached_behavior("app")]))
    site.allow()

    async def run() -> Any:
        async with site.open() as session:
            base = str(session._base_url).rstrip("/")
            url = f"{base}/{FILE}"
            own = f"{base}/files/*"
            cases: dict[str, tuple[str, str | None]] = {
                "unsigned": (url, None),
                "signed": (signed_url(url, name=key), None),
                "signed again, from the cache": (signed_url(url, name=key, policy=custom(url)), None),
                "unsigned, although cached": (url, None),
                "expired": (signed_url(url, name=key, until=int(time.time()) - 60), None),
                "another file": (signed_url(url, name=key).replace("report", "other"), None),
                "wrong key": (signed_url(url, name=key, key=OTHER_KEY), None),
                "unknown key": (signed_url(url, name="K0"), None),
                "cookies": (url, cookies(custom(own), name=key)),
                "cookies for another folder": (url, cookies(custom(f"{own}/deep/*"), name=key)),
                "public": (f"{base}/public.txt", None),
            }
            return {name: (await status(session, *case)) for name, case in cases.items()}

    found = asyncio.run(run())
    allowed = {"signed", "signed again, from the cache", "cookies", "public"}
    assert found == {name: 200 if name in allowed else 403 for name in found}


async def status(session: aiohttp.ClientSession, url: str, cookie: str | None) -> int:
    """Return the status of a response."""
    headers = {"Cookie": cookie} if cookie else {}
    async with session.get(URL(url, encoded=True), headers=headers) as response:
        return response.status
