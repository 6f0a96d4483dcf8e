"""The site, Chromium, and people with browsers of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.site import deployed, launch
from tests.browser.visitor import Visitor

TIMEOUT = 20_000
"""Milliseconds; generous, because a loaded machine is slow."""

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site, without a trailing slash."""
    with deployed(tmp_path_factory.mktemp("platform")) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, one for each module: a running Playwright occupies the event loop of its thread."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


type Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """A function that opens a browser for a person; afterwards no console may have an unexpected line."""
    visitors: list[Visitor] = []

    def open_browser(**options: Any) -> Visitor:
        context = browser.new_context(locale="en-GB", **options)
        context.set_default_timeout(TIMEOUT)
        visitors.append(Visitor(context, address))
        return visitors[-1]

    yield open_browser
    for visitor in visitors:
        visitor.context.close()
    assert [fault for visitor in visitors for fault in visitor.faults] == []


@pytest.fixture
def visitor(visit: Visit) -> Visitor:
    """A person who is not signed in."""
    return visit()


@pytest.fixture
def person(visit: Visit) -> Visitor:
    """A person who has just signed up."""
    visitor = visit()
    visitor.sign_up()
    return visitor


@pytest.fixture
def admin(visit: Visit) -> Visitor:
    """An administrator who is signed in."""
    visitor = visit()
    visitor.sign_in("admin")
    return visitor
