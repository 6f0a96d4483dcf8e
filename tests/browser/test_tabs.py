"""A session that starts or ends in one tab, or in another browser."""

from __future__ import annotations

import time

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor

ENDED = "You have been signed out"


def test_signing_out_in_one_tab_ends_the_others_within_a_second(person: Visitor) -> None:
    """The other tab shows it, and its live connection is closed."""
    other = person.tab("/profile")
    expect(other.get_by_text("Live", exact=True)).to_be_visible()

    started = time.monotonic()
    person.page.get_by_role("button", name="Sign out", exact=True).click()
    expect(other.get_by_role("heading", level=1)).to_have_text(ENDED)

    assert time.monotonic() - started < 1
    expect(other.get_by_role("button", name="Sign out", exact=True)).to_have_count(0)


def test_signing_out_everywhere_ends_another_browser_within_a_second(visit: Visit) -> None:
    """The platform closes the other browser's connection, and the app finds that its session has ended."""
    here, there = visit(), visit()
    for visitor in (here, there):
        visitor.sign_in("person", "/sessions")
        visitor.live()
    here.page.get_by_role("button", name="Sign out everywhere").click()

    started = time.monotonic()
    here.page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    expect(there.page.get_by_role("heading", level=1)).to_have_text(ENDED)

    assert time.monotonic() - started < 1
    here.page.wait_for_url(f"{here.address}/signed-out")


def test_signing_in_in_one_tab_signs_in_the_others(visitor: Visitor) -> None:
    """A tab that waits for a sign-in does not need a second one."""
    other = visitor.tab("/profile")
    expect(other.get_by_role("heading", level=1)).to_have_text("Welcome")

    visitor.sign_up()

    expect(other.get_by_role("heading", level=1)).to_have_text("Profile")


def test_another_person_in_one_tab_replaces_the_first_in_all(person: Visitor) -> None:
    """No tab goes on showing the data of a person whose session the browser has no more."""
    other = person.tab("/profile")
    expect(other.get_by_label("Name")).to_have_value("Grace Hopper")
    person.context.clear_cookies()

    person.sign_up(name="Joan Clarke")

    expect(other.get_by_label("Name")).to_have_value("Joan Clarke")
