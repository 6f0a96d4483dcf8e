"""Starts the server on a free port and prints its address: `python -m tests.browser.stand_in`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from aiohttp import web

from tests.browser.stand_in.api import Api
from tests.browser.stand_in.auth import ACCESS, Auth
from tests.browser.stand_in.realtime import Realtime
from tests.browser.stand_in.sessions import Sessions

FRONTEND = Path(__file__).parents[3] / "frontend"
READS = ("GET", "HEAD")
OWN = "'self'"

PAGE_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; script-src {OWN}; style-src {OWN}; img-src {OWN}; font-src {OWN}; "
        f"connect-src {OWN}; manifest-src {OWN}; base-uri 'none'; form-action {OWN}; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""The headers that the distribution adds to the app's files."""


class Server:
    """The routes that the front door has."""

    def __init__(self) -> None:
        self.api = Api()
        self.sessions = Sessions()
        self.realtime = Realtime(self.sessions)
        self.auth = Auth(self.sessions, self.realtime)

    def application(self) -> web.Application:
        """Return the application; the first route that matches a path serves it."""
        application = web.Application()
        application.add_routes(
            [
                *self.auth.routes(),
                web.route("*", "/api/{path:.*}", self.handle),
                web.get("/ws", self.realtime.connect),
                web.get("/{path:.*}", self.file),
            ]
        )
        return application

    async def handle(self, request: web.Request) -> web.Response:
        """Call the API with the access token of the cookie, then push what the call has changed."""
        access = self.sessions.access(_token(request))
        path = f"/{request.match_info['path']}"
        response = await asyncio.to_thread(
            self.api.invoke,
            request.method,
            path,
            query=request.query,
            headers={name: value for name, value in request.headers.items() if name != "Cookie"},
            body=await request.text() if request.can_read_body else None,
            claims=access.claims if access else None,
        )
        if access and path == "/realtime/ticket" and response.status == 201:
            self.realtime.issued(response.body, access.session_id)
        if request.method not in READS or path.startswith("/me"):
            await self.realtime.push(await asyncio.to_thread(lambda: list(self.api.changes())))
        return web.Response(status=response.status, headers=response.headers, body=response.body)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Return a file of the app; a path without an extension is a page."""
        path = request.match_info["path"]
        name = path if "." in path.rpartition("/")[2] else "index.html"
        file = (FRONTEND / name).resolve()
        if not file.is_relative_to(FRONTEND) or not file.is_file():
            return web.Response(status=404)
        return web.FileResponse(file, headers={**PAGE_HEADERS, "Cache-Control": "no-cache"})


def _token(request: web.Request) -> str:
    """Return the access token that the distribution's function would pass on."""
    same_origin = request.headers.get("Sec-Fetch-Site") == "same-origin"
    safe = request.method in READS or request.headers.get("X-Strata-Request") == "1"
    return request.cookies.get(ACCESS, "") if same_origin and safe else ""


async def serve() -> None:
    """Serve until standard input ends."""
    runner = web.AppRunner(Server().application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    print(f"http://localhost:{port}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve())
