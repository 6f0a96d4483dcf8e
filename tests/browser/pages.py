"""Every page of the app, for the tests and pictures that look at all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple
from uuid import uuid4

from playwright.sync_api import ViewportSize, expect

from tests.browser.visitor import Visitor

PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}


class Look(NamedTuple):
    """How a page is looked at."""

    scheme: Literal["light", "dark"]
    size: ViewportSize


LOOKS = {"light": Look("light", DESKTOP), "dark": Look("dark", DESKTOP), "phone": Look("light", PHONE)}


class AppPage(NamedTuple):
    """A page in a state that can be looked at.

    Attributes:
        name: the name of the picture.
        show: signs in if the page needs it, and shows the page.
    """

    name: str
    show: Callable[[Visitor], None]


def _outside(name: str, path: str) -> AppPage:
    def show(visitor: Visitor) -> None:
        expect(visitor.open(path).get_by_role("heading", level=1)).to_be_visible()

    return AppPage(name, show)


def _inside(name: str, path: str, ready: str) -> AppPage:
    def show(visitor: Visitor) -> None:
        visitor.sign_in("admin", path)
        visitor.live()
        expect(visitor.page.locator(ready).first).to_be_visible()

    return AppPage(name, show)


CHANGES = {
    "Ada Lovelace": {"phone": "+442079460003"},
    "Grace Hopper": {"name": "Grace B. Hopper"},
    "Alan Turing": {"status": "disabled"},
}


def _activity(visitor: Visitor) -> None:
    visitor.sign_in("admin")
    visitor.live()
    for name, change in CHANGES.items():
        user = visitor.create_user(name=name)
        visitor.api("PATCH", f"/users/{user['id']}", change)
    visitor.api("DELETE", f"/users/{user['id']}")
    expect(visitor.page.get_by_text(f"{name} was deleted").first).to_be_visible()


def _users(visitor: Visitor) -> None:
    visitor.sign_in("admin")
    for name, status in (("Grace Hopper", "active"), ("Alan Turing", "disabled"), ("Joan Clarke", "active")):
        email = f"{name.lower().replace(' ', '.')}.{uuid4().hex[:4]}@example.com"
        visitor.create_user(name=name, email=email, status=status)
    visitor.page.get_by_role("link", name="Users").click()
    expect(visitor.page.get_by_text("Joan Clarke").first).to_be_visible()
    visitor.live()


def _creating(visitor: Visitor) -> None:
    _users(visitor)
    visitor.page.get_by_role("button", name="New user").click()


def _conflict(visitor: Visitor) -> None:
    visitor.expect_in_console(r"status of 412 .* /api/users/")
    _users(visitor)
    page = visitor.page
    page.get_by_role("button", name="Edit Joan Clarke").first.click()
    newest = visitor.api("GET", "/users?limit=1")[1]["items"][0]
    visitor.api("PATCH", f"/users/{newest['id']}", {"name": "Joan Murray", "phone": "+442079460004"})
    page.get_by_role("dialog").get_by_label("Name").fill("Joan E. Clarke")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("button", name="Save the chosen values")).to_be_visible()


def _undo(visitor: Visitor) -> None:
    _users(visitor)
    visitor.page.get_by_role("button", name="Delete Joan Clarke").first.click()
    expect(visitor.page.get_by_role("button", name="Undo")).to_be_visible()


def _failure(visitor: Visitor) -> None:
    visitor.expect_in_console(r"status of 503 .* /api/me")
    visitor.page.route("**/api/me", lambda route: route.fulfill(**UNAVAILABLE))
    visitor.sign_in("admin", "/profile")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


UNAVAILABLE = {
    "status": 503,
    "content_type": "application/problem+json",
    "headers": {"X-Correlation-Id": "0123456789abcdef"},
    "body": '{"type": "about:blank", "title": "The service is busy", "status": 503, "detail": "Try again."}',
}

PAGES = (
    _outside("sign-in", "/"),
    _outside("sign-in-error", "/sign-in?error=expired"),
    _outside("signed-out", "/signed-out"),
    _outside("not-found", "/nothing/here"),
    AppPage("activity", _activity),
    _inside("profile", "/profile", "form"),
    _inside("preferences", "/preferences", "form"),
    _inside("sessions", "/sessions", ".list li"),
    AppPage("users", _users),
    AppPage("users-create", _creating),
    AppPage("users-conflict", _conflict),
    AppPage("users-undo", _undo),
    AppPage("failure", _failure),
)
