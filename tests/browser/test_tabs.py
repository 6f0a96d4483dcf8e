"""A session that starts or ends in one tab, or in another browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor

ENDED = "You have been signed out"

NOTE_CLICKS = "addEventListener('click', () => localStorage.setItem('clicked', Date.now()), true)"
NOTE_END = """(title) => new MutationObserver(() => {
    if (document.querySelector("h1")?.textContent === title) window.ended ??= Date.now();
}).observe(document, {subtree: true, childList: true, characterData: true})"""


def watched(page: Page) -> Page:
    """Note when the page shows that the session has ended."""
    page.evaluate(NOTE_END, ENDED)
    return page


def seconds(clicked: Page, ended: Page) -> float:
    """Return the time between the last click in one page and the end of the session in another."""
    expect(ended.get_by_role("heading", level=1)).to_have_text(ENDED)
    clicked.wait_for_url("**/signed-out")
    return (ended.evaluate("window.ended") - int(clicked.evaluate("localStorage.getItem('clicked')"))) / 1_000


@pytest.mark.exclusive
def test_signing_out_in_one_tab_ends_the_others_within_a_second(person: Visitor) -> None:
    """The other tab shows it, and both live connections are closed."""
    sockets: list[WebSocket] = []

    def keep(socket: WebSocket) -> None:
        sockets.append(socket)

    person.page.on("websocket", keep)
    person.context.on("page", lambda page: page.on("websocket", keep))
    person.page.reload()
    person.live()
    other = person.tab("/profile")
    expect(other.get_by_text("Live", exact=True)).to_be_visible()
    watched(other)
    person.page.evaluate(NOTE_CLICKS)

    person.page.get_by_role("button", name="Sign out", exact=True).click()

    assert seconds(person.page, other) < 1
    expect(other.get_by_role("button", name="Sign out", exact=True)).to_have_count(0)
    assert [socket.is_closed() for socket in sockets] == [True, True]


@pytest.mark.exclusive
def test_signing_out_everywhere_ends_another_browser_within_a_second(visit: Visit) -> None:
    """The platform closes the other browser's connection, and the app finds that its session has ended."""
    here, there = visit(), visit()
    for visitor in (here, there):
        visitor.sign_in("person", "/sessions")
        visitor.live()
    watched(there.page)
    here.page.evaluate(NOTE_CLICKS)
    here.page.get_by_role("button", name="Sign out everywhere").click()

    here.page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()

    assert seconds(here.page, there.page) < 1


def test_signing_in_in_one_tab_signs_in_the_others(visitor: Visitor) -> None:
    """A tab that waits for a sign-in does not need a second one."""
    other = visitor.tab("/profile")
    expect(other.get_by_role("heading", level=1)).to_have_text("Welcome")

    visitor.sign_up()

    expect(other.get_by_role("heading", level=1)).to_have_text("Profile")


def test_another_person_in_one_tab_replaces_the_first_in_all(person: Visitor) -> None:
    """No tab goes on showing the data of a person whose session the browser has no more."""
    other = person.tab("/profile")
    expect(other.get_by_label("Name")).to_have_value(person.name)
    person.context.clear_cookies()

    person.sign_up()

    expect(other.get_by_label("Name")).to_have_value(person.name)
