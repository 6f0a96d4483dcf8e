"""What the app shows while it loads, when a request fails, and without a network."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.browser.conftest import Visit
from tests.browser.pages import UNAVAILABLE
from tests.browser.visitor import Visitor


def test_a_failed_request_shows_the_reason_and_a_way_to_repeat_it(person: Visitor) -> None:
    """The second attempt succeeds, and the failure is gone."""
    person.expect_in_console(r"status of 503 .* /api/me")
    person.page.route("**/api/me", lambda route: route.fulfill(**UNAVAILABLE), times=1)
    page = person.open("/profile")
    expect(page.get_by_role("alert")).to_contain_text("The service is busy")

    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_label("Name")).to_have_value(person.name)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_reference_of_a_failure_can_be_copied(visit: Visit) -> None:
    """It is the correlation id of the response, by which the platform's logs are searched."""
    person = visit(permissions=["clipboard-read", "clipboard-write"])
    person.sign_up()
    person.expect_in_console(r"status of 503 .* /api/me")
    person.page.route("**/api/me", lambda route: route.fulfill(**UNAVAILABLE))
    page = person.open("/profile")
    expect(page.get_by_role("alert")).to_contain_text("0123456789abcdef")

    page.get_by_role("button", name="Copy reference").click()

    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "0123456789abcdef"


def test_a_request_that_never_arrived_has_a_reference_too(person: Visitor) -> None:
    """The app sends the id, so that it is known before a response is."""
    person.expect_in_console("net::ERR_FAILED")
    ids: list[str] = []

    def fail(route: Route) -> None:
        ids.append(route.request.headers["x-correlation-id"])
        route.abort()

    person.page.route("**/api/me", fail)
    page = person.open("/profile")

    expect(page.get_by_role("alert")).to_contain_text("could not be reached")
    expect(page.get_by_role("alert")).to_contain_text(ids[-1])


def test_an_error_of_the_gateway_gets_advice(person: Visitor) -> None:
    """API Gateway sends a bare message; the page states what to do, and the gateway's request id."""
    person.expect_in_console(r"status of 429 .* /api/me")
    refused = {
        "status": 429,
        "content_type": "application/json",
        "headers": {"apigw-requestid": "gateway-request-1"},
        "body": '{"message": "Too Many Requests"}',
    }
    person.page.route("**/api/me", lambda route: route.fulfill(**refused))

    page = person.open("/profile")

    expect(page.get_by_role("alert")).to_contain_text("Wait a moment, then try again.")
    expect(page.get_by_role("alert")).to_contain_text("gateway-request-1")


def test_loading_is_announced(person: Visitor) -> None:
    """A slow response leaves no blank page."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    person.page.route("**/api/me", hold)
    page = person.open("/profile")

    expect(page.get_by_role("status").filter(has_text="Loading your profile")).to_have_count(1)
    waiting[0].continue_()
    expect(page.get_by_label("Name")).to_be_visible()


def test_an_unreachable_platform_offers_to_try_again(visitor: Visitor) -> None:
    """While the session is unknown, the person is neither in nor out."""
    visitor.expect_in_console(r"status of 503 .* /api/auth/session")
    visitor.page.route("**/api/auth/session", lambda route: route.fulfill(**UNAVAILABLE), times=1)
    page = visitor.open()
    expect(page.get_by_role("heading", level=1)).to_have_text("Strata cannot be loaded")

    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_the_page_states_that_it_is_offline(person: Visitor) -> None:
    """The note comes and goes with the network; a change fails with advice, and is not lost."""
    person.expect_in_console("net::ERR_INTERNET_DISCONNECTED")
    page = person.open("/profile")
    page.get_by_label("Name").fill("Typed Offline")

    person.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("alert")).to_contain_text("Check your internet connection")
    person.context.set_offline(False)
    expect(page.get_by_text("You are offline.")).to_have_count(0)

    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def test_an_unknown_path_is_a_page_that_leads_back(person: Visitor) -> None:
    """The start page is one step away."""
    page = person.open("/nothing/here")
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")

    page.get_by_role("link", name="Go to the start page").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Activity")


def test_a_missing_file_is_not_a_page(person: Visitor) -> None:
    """A path with an extension, or below /api, gets its own error and never the app."""
    person.expect_in_console("status of 404")
    for path in ("/assets/absent.js", "/api/absent"):
        response = person.page.request.get(person.address + path)
        assert response.status in (403, 404)
        assert "text/html" not in response.headers.get("content-type", "")
