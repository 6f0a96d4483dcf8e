"""The administrators' table: finding, paging, creating, editing with a conflict, deleting with a way back."""

from __future__ import annotations

from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor

UNDO_MILLISECONDS = 9_000


def find(admin: Visitor, email: str) -> Page:
    """Show the user with an email address."""
    page = admin.open("/users")
    page.get_by_label("Find by email address").fill(email)
    page.get_by_role("button", name="Find").click()
    return page


def status_of(admin: Visitor, user_id: str) -> int:
    """Return the status of reading a user: 404 once it is deleted."""
    return admin.api("GET", f"/users/{user_id}")[0]


def test_an_administrator_creates_a_user(admin: Visitor) -> None:
    """The new user is in the table, and the creation is announced."""
    name, email = f"Ada {uuid4().hex[:8]}", f"{uuid4().hex}@example.com"
    page = admin.open("/users")
    page.get_by_role("button", name="New user").click()

    dialog = page.get_by_role("dialog", name="New user")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Email address").fill(email)
    dialog.get_by_role("button", name="Create user").click()

    expect(page.get_by_text(f"{name} was created.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=email)).to_contain_text("Active")


def test_an_address_in_use_is_explained_in_the_dialog(admin: Visitor) -> None:
    """The dialog stays open with what was typed."""
    admin.expect_in_console(r"status of 409 .* /api/users")
    user = admin.create_user()
    page = admin.open("/users")
    page.get_by_role("button", name="New user").click()

    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Second Ada")
    dialog.get_by_label("Email address").fill(user["email"])
    dialog.get_by_role("button", name="Create user").click()

    expect(dialog.get_by_role("alert")).to_contain_text("already in use")
    expect(dialog.get_by_label("Name")).to_have_value("Second Ada")


def test_an_administrator_finds_a_user_by_address(admin: Visitor) -> None:
    """The search shows that user only, and everyone again afterwards."""
    user, other = admin.create_user(), admin.create_user()

    page = find(admin, user["email"])

    expect(page.get_by_text(user["name"])).to_be_visible()
    expect(page.get_by_text(other["name"])).to_have_count(0)
    page.get_by_role("button", name="Show everyone").click()
    expect(page.get_by_text(other["name"])).to_be_visible()


def test_a_search_without_a_result_explains_itself(admin: Visitor) -> None:
    """The page states how the search works."""
    page = find(admin, "absent@example.com")

    expect(page.get_by_role("heading", name="No user has this address")).to_be_visible()


def test_users_are_shown_in_pages(admin: Visitor) -> None:
    """The newest twenty come first; the buttons lead on and back."""
    oldest = admin.create_user()
    for _ in range(20):
        newest = admin.create_user()
    page = admin.open("/users")
    expect(page.get_by_text(newest["name"])).to_be_visible()
    expect(page.get_by_text(oldest["name"])).to_have_count(0)

    page.get_by_role("button", name="Older").click()
    expect(page.get_by_text(oldest["name"])).to_be_visible()
    expect(page.get_by_text("Page 2")).to_be_visible()

    page.get_by_role("button", name="Newer").click()
    expect(page.get_by_text(newest["name"])).to_be_visible()


def test_an_administrator_edits_a_user(admin: Visitor) -> None:
    """The table shows the change at once."""
    user = admin.create_user()
    page = find(admin, user["email"])
    page.get_by_role("button", name=f"Edit {user['name']}").click()

    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Phone number").fill("+442079460001")
    dialog.get_by_label("Status").select_option("disabled")
    dialog.get_by_role("button", name="Save changes").click()

    expect(dialog).to_have_count(0)
    row = page.get_by_role("row").filter(has_text=user["email"])
    expect(row).to_contain_text("+442079460001")
    expect(row).to_contain_text("Disabled")


def test_a_conflict_is_shown_side_by_side_and_resolved(admin: Visitor) -> None:
    """Preselected: one's own value of a field that both changed, theirs of one that only they changed."""
    admin.expect_in_console(r"status of 412 .* /api/users/")
    user = admin.create_user()
    page = find(admin, user["email"])
    page.get_by_role("button", name=f"Edit {user['name']}").click()
    theirs = {"name": "Their Name", "phone": "+442079460002"}
    assert admin.api("PATCH", f"/users/{user['id']}", theirs)[0] == 200

    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("My Name")
    dialog.get_by_role("button", name="Save changes").click()

    expect(dialog.get_by_role("alert")).to_contain_text("Someone else saved changes")
    expect(dialog.get_by_role("radio", name="Name: My Name (your version)")).to_be_checked()
    expect(
        dialog.get_by_role("radio", name="Phone number: +442079460002 (saved by someone else)")
    ).to_be_checked()
    dialog.get_by_role("button", name="Save the chosen values").click()
    expect(dialog).to_have_count(0)
    _, saved = admin.api("GET", f"/users/{user['id']}")
    assert {name: saved[name] for name in theirs} == {"name": "My Name", "phone": "+442079460002"}


def test_a_deletion_is_undone_before_anything_is_sent(admin: Visitor) -> None:
    """The row comes back, and no request was sent."""
    sent: list[str] = []
    admin.page.on("request", lambda request: sent.append(request.method))
    user = admin.create_user()
    page = find(admin, user["email"])
    page.get_by_role("button", name=f"Delete {user['name']}").click()
    row = page.get_by_role("row").filter(has_text=user["email"])
    expect(row).to_have_count(0)

    page.get_by_role("button", name="Undo").click()

    expect(row).to_be_visible()
    assert "DELETE" not in sent
    assert status_of(admin, user["id"]) == 200


def test_a_deletion_is_sent_when_the_time_for_undoing_has_passed(admin: Visitor) -> None:
    """Until then the user exists."""
    admin.expect_in_console(r"status of 404 .* /api/users/")
    admin.page.clock.install()
    user = admin.create_user()
    page = find(admin, user["email"])
    page.get_by_role("button", name=f"Delete {user['name']}").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    before = status_of(admin, user["id"])

    page.mouse.move(0, 0)
    with page.expect_response(lambda response: response.request.method == "DELETE") as response:
        page.clock.fast_forward(UNDO_MILLISECONDS)

    assert (before, response.value.status, status_of(admin, user["id"])) == (200, 204, 404)


def test_closing_the_page_sends_the_deletions_that_wait(admin: Visitor) -> None:
    """Nothing can be undone any more, so what was asked for happens."""
    admin.expect_in_console(r"status of 404 .* /api/users/")
    user = admin.create_user()
    page = find(admin, user["email"])
    page.get_by_role("button", name=f"Delete {user['name']}").click()

    admin.open("/profile")

    expect(page.get_by_role("heading", level=1)).to_have_text("Profile")
    page.wait_for_function(
        "id => fetch(`/api/users/${id}`).then((response) => response.status === 404)", arg=user["id"]
    )


def test_a_user_changed_in_the_meantime_is_not_deleted(admin: Visitor) -> None:
    """The administrator decided about another state: the row is back, with the reason."""
    admin.expect_in_console(r"status of 412 .* /api/users/")
    admin.page.clock.install()
    user = admin.create_user()
    page = find(admin, user["email"])
    page.get_by_role("button", name=f"Delete {user['name']}").click()
    admin.api("PATCH", f"/users/{user['id']}", {"name": "Changed Meanwhile"})

    page.mouse.move(0, 0)
    page.clock.fast_forward(UNDO_MILLISECONDS)

    expect(page.get_by_role("alert")).to_contain_text("was changed in the meantime, and was not deleted")
    expect(page.get_by_role("row").filter(has_text=user["email"])).to_be_visible()


def test_a_plain_person_sees_no_administration(person: Visitor) -> None:
    """No link, no page, and the API refuses a request by hand."""
    person.expect_in_console(r"status of 403 .* /api/users")
    page = person.page
    expect(page.get_by_role("link", name="Users")).to_have_count(0)

    person.open("/users")

    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    assert person.api("GET", "/users")[0] == 403
    assert person.api("DELETE", f"/users/{person.api('GET', '/me')[1]['id']}")[0] == 403
