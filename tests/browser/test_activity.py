"""Live notifications: arriving, catching up after a lost connection, and being counted."""

from __future__ import annotations

import re

from playwright.sync_api import WebSocketRoute, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor


def test_a_change_made_elsewhere_arrives_live(visit: Visit, admin: Visitor) -> None:
    """Two browsers: what one changes, the other shows."""
    watcher = visit()
    page = watcher.sign_in("admin")
    watcher.live()

    user = admin.create_user()

    expect(page.get_by_role("log")).to_contain_text(f"{user['name']} was added")


def test_a_person_sees_only_their_own_activity(person: Visitor, admin: Visitor) -> None:
    """The audience is the platform's decision: a plain person's page receives nothing else."""
    person.live()
    person.api("GET", "/me")
    other = admin.create_user()
    status, _ = person.api("PATCH", "/me", {"name": "Grace Herself"})

    assert status == 200
    expect(person.page.get_by_role("log")).to_contain_text("Grace Herself changed: name")
    expect(person.page.get_by_text(other["name"])).to_have_count(0)


def test_events_missed_while_the_connection_was_closed_are_fetched(visit: Visit, admin: Visitor) -> None:
    """The connection breaks, something changes, the app reconnects on its own and shows it once."""
    watcher = visit()
    sockets: list[WebSocketRoute] = []

    def between(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    watcher.page.route_web_socket("**/ws?*", between)
    page = watcher.sign_in("admin")
    watcher.live()
    first = admin.create_user()
    expect(page.get_by_text(f"{first['name']} was added")).to_be_visible()

    sockets[-1].close()
    expect(page.get_by_text("Reconnecting…")).to_be_visible()
    second = admin.create_user()

    expect(page.get_by_text(f"{second['name']} was added")).to_have_count(1)
    watcher.live()
    expect(page.get_by_text(f"{first['name']} was added")).to_have_count(1)


def test_a_gap_in_the_activity_is_shown(visit: Visit) -> None:
    """After too long a time the platform cannot fetch what was missed: the app loads again, and goes on."""
    watcher = visit()
    resets = iter(['{"type": "reset"}'])

    def reset_once(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def forward(message: str | bytes) -> None:
            socket.send(next(resets, message))

        server.on_message(forward)

    watcher.page.route_web_socket("**/ws?*", reset_once)

    page = watcher.sign_in("admin")

    expect(page.get_by_text("Some activity was missed")).to_have_count(1)
    watcher.live()


def test_a_reload_keeps_what_was_shown(admin: Visitor) -> None:
    """The list survives a reload, without duplicates."""
    admin.live()
    user = admin.create_user()
    shown = admin.page.get_by_text(f"{user['name']} was added")
    expect(shown).to_have_count(1)

    admin.page.reload()
    admin.live()

    expect(shown).to_have_count(1)


def test_events_that_arrive_on_another_page_are_counted(admin: Visitor) -> None:
    """The count is part of the link's name, and gone once the list was shown."""
    page = admin.open("/profile")
    admin.live()

    admin.create_user()

    link = page.get_by_role("link", name=re.compile(r"^Activity [1-9]\d* new$"))
    expect(link).to_be_visible()
    link.click()
    page.get_by_role("link", name="Profile").click()
    expect(page.get_by_role("link", name="Activity", exact=True)).to_be_visible()


def test_times_stay_true(visit: Visit) -> None:
    """What was just now becomes minutes ago, without a reload."""
    watcher = visit()
    watcher.page.clock.install()
    page = watcher.sign_in("admin")
    watcher.live()
    watcher.create_user(name="Ada Later")
    entry = page.get_by_role("listitem").filter(has_text="Ada Later was added")
    expect(entry.first).to_contain_text("just now")

    page.clock.fast_forward(3 * 60_000)

    expect(entry.first).to_contain_text("3 minutes ago")


def test_a_page_without_activity_explains_itself(visit: Visit) -> None:
    """An empty list is not a blank page."""
    visitor = visit()
    visitor.sign_in("person")

    expect(visitor.page.get_by_role("heading", name="No activity yet")).to_be_visible()
