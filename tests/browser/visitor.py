"""A person with a browser of their own, and what its console reports."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from local.deployment.people import PEOPLE

EXPECTED = (r"status of 401 .* /api/auth/(session|refresh)", r"status of 404 .* /favicon.ico")
"""Failed requests, which the browser logs: those about the session, and that of the hosted login's icon."""

REQUEST = """async ([method, path, body, headers]) => {
    const all = {"X-Strata-Request": "1", "Content-Type": "application/json", ...headers};
    const content = body === null ? undefined : JSON.stringify(body);
    const response = await fetch("/api" + path, {method, headers: all, body: content});
    const text = await response.text();
    return {status: response.status, body: text && JSON.parse(text)};
}"""


class Visitor:
    """A person's browser: its tabs share cookies.

    Attributes:
        page: the first tab.
        name: the name of the person who signed up, which a new profile takes from the address.
        faults: the errors and warnings in the console that no test expects.
    """

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.name = ""
        self.faults: list[str] = []
        self._expected = [*EXPECTED]
        context.on("page", self._listen)
        self.page = context.new_page()

    def _listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"uncaught: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        path = urlsplit(message.location.get("url", "")).path
        line = f"{message.text} {path}"
        if message.type in ("error", "warning") and not any(re.search(each, line) for each in self._expected):
            self.faults.append(line)

    def expect_in_console(self, pattern: str) -> None:
        """Accept lines of the console that the test causes."""
        self._expected.append(pattern)

    def open(self, path: str = "/") -> Page:
        """Open a page of the app in the first tab."""
        self.page.goto(self.address + path)
        return self.page

    def tab(self, path: str = "/") -> Page:
        """Open a page of the app in another tab."""
        page = self.context.new_page()
        page.goto(self.address + path)
        return page

    def sign_in(self, name: str, path: str = "/") -> Page:
        """Sign in one of the seeded people, by the app's own button, and arrive at a path."""
        person = PEOPLE[name]
        self.open(path).get_by_role("link", name="Sign in").click()
        self.page.fill("input[name=username]", person.email)
        self.page.fill("input[name=password]", person.password)
        self.page.click("button[type=submit]")
        self._arrived()
        return self.page

    def sign_up(self, path: str = "/") -> str:
        """Sign up a new person, and return the email address."""
        self.name = f"grace.{uuid4().hex}"
        email = f"{self.name}@example.com"
        self.open(path).get_by_role("link", name="Create an account").click()
        self.page.fill("input[name=username]", email)
        self.page.fill("input[name=password]", "Grace-on-this-laptop-1")
        self.page.click("button[type=submit]")
        self.page.fill("input[name=code]", "123456")
        self.page.click("button[type=submit]")
        self._arrived()
        return email

    def _arrived(self) -> None:
        expect(self.page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()

    def live(self) -> None:
        """Wait until the live connection is open."""
        expect(self.page.get_by_text("Live", exact=True)).to_be_visible()

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Send a request as a script in the page could."""
        response = self.page.evaluate(REQUEST, [method, path, body, headers])
        return response["status"], response["body"]

    def create_user(self, **fields: Any) -> dict[str, Any]:
        """Create a user as an administrator, with generated fields where none are given."""
        body = {"email": f"{uuid4().hex}@example.com", "name": f"Ada {uuid4().hex[:8]}", **fields}
        status, user = self.api("POST", "/users", body)
        assert status == 201, user
        return user
