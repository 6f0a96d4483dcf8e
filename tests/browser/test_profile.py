"""The person's own pages: profile, preferences and sessions."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor


def user_of(person: Visitor) -> dict[str, Any]:
    """Return the profile of a person who is signed in."""
    return person.api("GET", "/me")[1]


def test_a_person_changes_their_profile(person: Visitor) -> None:
    """The change is saved, confirmed, and there after a reload."""
    page = person.page
    page.get_by_role("link", name="Profile").click()

    page.get_by_label("Name").fill("Grace Brewster Hopper")
    page.get_by_role("button", name="Save changes").click()

    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("Grace Brewster Hopper")


def test_a_refused_value_is_explained_at_its_field(person: Visitor) -> None:
    """The field is marked, described by the fault, and has the focus."""
    person.expect_in_console(r"status of 400 .* /api/me")
    page = person.open("/profile")

    page.get_by_label("Phone number").fill("0123")
    page.get_by_role("button", name="Save changes").click()

    field = page.get_by_label("Phone number")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(page.locator("#phone-fault")).to_contain_text("E.164")


def test_a_change_made_elsewhere_appears_without_a_reload(person: Visitor, admin: Visitor) -> None:
    """An administrator renames the person, who sees it live."""
    page = person.open("/profile")
    person.live()

    admin.api("PATCH", f"/users/{user_of(person)['id']}", {"name": "Renamed Elsewhere"})

    expect(page.get_by_label("Name")).to_have_value("Renamed Elsewhere")
    expect(page.get_by_text("changed elsewhere")).to_be_visible()


def test_a_change_made_elsewhere_does_not_replace_what_is_typed(person: Visitor, admin: Visitor) -> None:
    """Both versions are shown side by side, and the person chooses."""
    person.expect_in_console(r"status of 412 .* /api/me")
    page = person.open("/profile")
    person.live()
    page.get_by_label("Name").fill("Typed Here")
    admin.api("PATCH", f"/users/{user_of(person)['id']}", {"name": "Saved There"})
    expect(page.get_by_text("changed elsewhere")).to_be_visible()

    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("radio", name="Name: Typed Here (your version)")).to_be_checked()
    page.get_by_role("radio", name="Name: Saved There (saved by someone else)").check()
    page.get_by_role("button", name="Save the chosen values").click()

    expect(page.get_by_label("Name")).to_have_value("Saved There")
    assert user_of(person)["name"] == "Saved There"


def test_a_wrong_code_does_not_verify_the_phone_number(person: Visitor) -> None:
    """The refusal is shown beside the code, and another code can be requested."""
    person.expect_in_console(r"status of 422 .* /api/me/phone")
    person.api("PATCH", "/me", {"phone": "+442079460000"})
    page = person.open("/profile")

    page.get_by_role("button", name="Send a code").click()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Verify").click()

    expect(page.get_by_role("alert")).to_contain_text("Reference for support")
    expect(page.get_by_role("button", name="Send another code")).to_be_visible()


def test_preferences_are_saved(person: Visitor) -> None:
    """Both switches keep what was chosen, after a reload too."""
    page = person.open("/preferences")
    email, texts = page.get_by_role("switch", name="Email"), page.get_by_role("switch", name="Text messages")
    expect(email).to_be_checked()
    expect(texts).not_to_be_checked()

    email.uncheck()
    texts.check()
    page.get_by_role("button", name="Save preferences").click()

    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.reload()
    expect(email).not_to_be_checked()
    expect(texts).to_be_checked()


def test_sessions_lists_each_browser(visit: Visit) -> None:
    """The current one is marked."""
    here, there = visit(), visit()
    there.sign_in("person")
    page = here.sign_in("person", "/sessions")

    expect(page.get_by_text("This browser")).to_have_count(1)
    expect(page.get_by_text("Chrome on Linux").nth(1)).to_be_visible()
