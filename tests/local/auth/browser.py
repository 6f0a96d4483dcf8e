"""A browser that signs in: it keeps cookies by their rules and sends the headers that browsers send."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from local.deployment.people import Person
from tests.local.platform import Platform

AGENT = "Mozilla/5.0 (a test)"
SECONDS = 30


class Cookie:
    """A cookie as a browser stores it; refuses what a browser refuses for the prefix `__Host-`."""

    def __init__(self, line: str) -> None:
        pair, *attributes = (part.strip() for part in line.split(";"))
        self.name, _, self.value = pair.partition("=")
        self.attributes = {
            name.lower(): value for name, _, value in (each.partition("=") for each in attributes)
        }
        assert "httponly" in self.attributes, line
        assert "secure" in self.attributes, line
        assert self.attributes["path"] == "/", line
        assert "domain" not in self.attributes, line

    @property
    def strict(self) -> bool:
        """Whether the browser sends it on requests of its own site only."""
        return self.attributes["samesite"] == "Strict"


class Browser:
    """A browser at the front door.

    Attributes:
        cookies: the stored cookies by name.
    """

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.cookies: dict[str, Cookie] = {}

    def navigate(self, path: str, site: str = "none") -> requests.Response:
        """Open an address, as by a link from `site`; redirects are not followed."""
        return self._send("GET", path, {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"})

    def fetch(self, method: str, path: str, json: Any = None, **headers: str) -> requests.Response:
        """Send a request as the app's code does; `headers` replaces headers, or removes them if empty."""
        usual = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
        if method not in ("GET", "HEAD"):
            usual["X-Strata-Request"] = "1"
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._send(
            method, path, {name: text for name, text in {**usual, **given}.items() if text}, json
        )

    def sign_in(self, person: Person, path: str = "/api/auth/login") -> requests.Response:
        """Sign in at the hosted login; return the response of the callback."""
        begun = self.navigate(path, "same-origin")
        assert begun.status_code == 302, begun.text
        return self.navigate(self.authorize(begun.headers["Location"], person), "cross-site")

    def authorize(self, location: str, person: Person) -> str:
        """Enter a person's credentials at the hosted login; return the path of the callback."""
        page = requests.get(location, timeout=SECONDS)
        fields = {
            name: html.unescape(value)
            for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page.text)
        }
        entered = {**fields, "username": person.email, "password": person.password}
        returned = requests.post(
            urljoin(location, "/login"), data=entered, allow_redirects=False, timeout=SECONDS
        )
        assert returned.status_code == 302, returned.text
        target = urlsplit(returned.headers["Location"])
        assert f"{target.scheme}://{target.netloc}" == self.platform.url
        return f"{target.path}?{target.query}"

    @property
    def token(self) -> str:
        """The access token in its cookie, which no script of a page can read."""
        return self.cookies["__Host-access"].value

    def _send(self, method: str, path: str, headers: dict[str, str], json: Any = None) -> requests.Response:
        cookies = [
            f"{name}={cookie.value}"
            for name, cookie in self.cookies.items()
            if headers.get("Sec-Fetch-Site") in ("same-origin", "none") or not cookie.strict
        ]
        sent = {"User-Agent": AGENT, **({"Cookie": "; ".join(cookies)} if cookies else {}), **headers}
        response = requests.request(
            method,
            f"{self.platform.url}{path}",
            headers=sent,
            json=json,
            allow_redirects=False,
            timeout=SECONDS,
        )
        for line in response.raw.headers.getlist("Set-Cookie"):
            self._store(Cookie(line))
        return response

    def _store(self, cookie: Cookie) -> None:
        if cookie.attributes["max-age"] == "0":
            self.cookies.pop(cookie.name, None)
        else:
            self.cookies[cookie.name] = cookie
