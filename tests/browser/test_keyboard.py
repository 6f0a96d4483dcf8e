"""The whole app without a pointer."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.test_users import find
from tests.browser.visitor import Visitor


def test_the_first_stop_skips_to_the_content(person: Visitor) -> None:
    """Tab, Enter, and the next Tab is inside the page."""
    page = person.open("/profile")
    expect(page.get_by_label("Name")).to_be_visible()

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.get_by_label("Name")).to_be_focused()


def test_a_navigation_moves_the_focus_to_the_heading(person: Visitor) -> None:
    """So a screen reader announces the new page; the title changes, too."""
    page = person.page
    page.get_by_role("link", name="Profile").focus()

    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1, name="Profile")).to_be_focused()
    expect(page).to_have_title("Profile · Strata")
    expect(page.get_by_role("link", name="Profile")).to_have_attribute("aria-current", "page")


def test_the_browsers_buttons_lead_back_and_forth(person: Visitor) -> None:
    """Each page has an entry in the history."""
    page = person.page
    page.get_by_role("link", name="Profile").click()
    page.get_by_role("link", name="Preferences").click()

    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Profile")
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text("Preferences")


def test_a_dialog_keeps_the_focus_and_returns_it(admin: Visitor) -> None:
    """Escape closes it, and the focus is on the button that opened it."""
    user = admin.create_user()
    page = find(admin, user["email"])
    opener = page.get_by_role("button", name=f"Edit {user['name']}")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()

    # At the end of the dialog, the focus is on the browser's own controls for one step.
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.matches('body, dialog, dialog *')")
    # A key that the browser's own controls receive does not reach the page.
    page.get_by_role("dialog").get_by_label("Name").focus()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


def test_a_user_is_created_edited_deleted_and_restored(admin: Visitor) -> None:
    """The administrator's whole path; Ctrl+Z undoes the deletion."""
    page = admin.open("/users")
    email = admin.create_user()["email"].replace("@", "-keys@")
    page.get_by_role("button", name="New user").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_label("Name").focus()
    page.keyboard.type("Keyboard Only")
    page.keyboard.press("Tab")
    page.keyboard.type(email)
    page.keyboard.press("Enter")
    row = page.get_by_role("row").filter(has_text=email)
    expect(row).to_be_visible()

    row.get_by_role("button", name="Delete Keyboard Only").focus()
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.keyboard.press("Control+z")

    expect(row).to_be_visible()


def test_the_focus_is_visible(person: Visitor) -> None:
    """A ring of two pixels in the accent's color, on links, buttons and fields."""
    page = person.open("/profile")
    expect(page.get_by_label("Name")).to_be_visible()
    page.keyboard.press("Tab")

    seen = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        tag, outline = page.evaluate(
            "() => [document.activeElement.localName, getComputedStyle(document.activeElement).outline]"
        )
        if tag != "body":
            seen.add(tag)
            assert "2px" in outline, (tag, outline)
    assert {"a", "button", "input"} <= seen
