"""Signing up, in and out, and staying signed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor

STORED = (
    "() => JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}, history.state, name])"
)


def test_a_new_person_signs_up_and_has_a_profile(visitor: Visitor) -> None:
    """The hosted sign-up returns to the page that was asked for, which shows the new profile."""
    email = visitor.sign_up("/profile")

    assert visitor.page.url == f"{visitor.address}/profile"
    expect(visitor.page.get_by_role("definition").filter(has_text=email)).to_be_visible()
    expect(visitor.page.get_by_label("Name")).to_have_value(visitor.name)


def test_signing_in_returns_to_the_page_that_was_asked_for(visitor: Visitor) -> None:
    """A link that a colleague sent still leads to its page."""
    page = visitor.sign_in("person", "/preferences")

    assert page.url == f"{visitor.address}/preferences"
    expect(page.get_by_role("heading", level=1)).to_have_text("Preferences")


def test_a_reload_keeps_the_person_signed_in(person: Visitor) -> None:
    """The session is in cookies, not in the page."""
    person.page.reload()

    expect(person.page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()


def test_an_expired_access_token_is_refreshed_without_the_person_noticing(person: Visitor) -> None:
    """The request is refused once, and sent again with the new token."""
    person.expect_in_console(r"status of 401 .* /api/me")
    person.context.clear_cookies(name="__Host-access")
    refused = person.api("GET", "/me")[0]

    person.page.get_by_role("link", name="Profile").click()

    assert refused == 401
    expect(person.page.get_by_label("Name")).to_have_value(person.name)


def test_the_access_token_is_refreshed_before_it_expires(visitor: Visitor) -> None:
    """A minute before the end of its five."""
    page = visitor.page
    page.clock.install()
    visitor.sign_up()

    with page.expect_response("**/api/auth/refresh") as response:
        page.clock.fast_forward(4 * 60_000)

    assert response.value.status == 204


def test_a_wrong_clock_causes_no_stream_of_refreshes(visitor: Visitor) -> None:
    """The lifetime is measured by the server's clock, not by the one of a device that is a day ahead."""
    refreshes: list[str] = []
    page = visitor.page
    page.on("request", lambda each: refreshes.append(each.url) if "refresh" in each.url else None)
    page.clock.install(time=datetime.now(UTC) + timedelta(days=1))
    visitor.sign_up()
    refreshes.clear()

    page.clock.fast_forward(2 * 60_000)
    visitor.live()

    assert refreshes == []


def test_signing_out_ends_the_session(person: Visitor) -> None:
    """The page shows it, and the cookies are gone."""
    person.expect_in_console(r"status of 401 .* /api/me")
    person.page.get_by_role("button", name="Sign out", exact=True).click()

    person.page.wait_for_url(f"{person.address}/signed-out")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    assert person.api("GET", "/me")[0] == 401
    assert [each for each in person.context.cookies() if each["name"].startswith("__Host-")] == []


def test_a_session_that_ended_elsewhere_asks_to_sign_in_again(person: Visitor) -> None:
    """The next request finds out; signing in leads back to the page."""
    person.expect_in_console(r"status of 401 .* /api/me")
    person.context.clear_cookies()

    person.page.get_by_role("link", name="Preferences").click()

    expect(person.page.get_by_role("heading", level=1)).to_have_text("You have been signed out")
    link = person.page.get_by_role("link", name="Sign in")
    expect(link).to_have_attribute("href", "/api/auth/login?return=%2Fpreferences")


@pytest.mark.parametrize(
    ("error", "advice"),
    [("denied", "cancelled"), ("expired", "ten minutes"), ("failed", "could not be completed")],
)
def test_a_failed_sign_in_states_what_to_do(visitor: Visitor, error: str, advice: str) -> None:
    """Each reason of the callback has its own advice, and a way to try again."""
    page = visitor.open(f"/sign-in?error={error}")

    expect(page.get_by_role("alert")).to_contain_text(advice)
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_an_unknown_error_is_not_shown(visitor: Visitor) -> None:
    """The query of a link cannot put text on the page, nor break it."""
    page = visitor.open("/sign-in?error=toString")

    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome")


def test_scripts_find_no_secret_of_the_session(person: Visitor) -> None:
    """The values of the cookies are in no place that a script can read."""
    secrets = [each["value"] for each in person.context.cookies() if each["name"].startswith("__Host-")]
    person.live()
    person.page.reload()

    stored = person.page.evaluate(STORED)

    assert len(secrets) == 2
    assert [secret for secret in secrets if secret in stored] == []
