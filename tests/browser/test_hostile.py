"""Hostile code: in the page itself, and in a page of another origin."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor

PLANTED = """
window.harvest = [];
const take = (...values) => window.harvest.push(...values.map((value) => {
    try { return typeof value === "string" ? value : JSON.stringify(value); } catch { return String(value); }
}));
const realFetch = window.fetch;
window.fetch = async (url, options = {}) => {
    take(String(url), options, [...new Headers(options.headers)]);
    const response = await realFetch(url, options);
    take([...response.headers], await response.clone().text());
    return response;
};
const RealSocket = window.WebSocket;
window.WebSocket = class extends RealSocket {
    constructor(...given) {
        super(...given);
        take(given);
        this.addEventListener("message", ({ data }) => take(data));
    }
};
const cookie = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
Object.defineProperty(document, "cookie", {
    get: () => cookie.get.call(document),
    set: (value) => { take(value); cookie.set.call(document, value); },
});
const setItem = Storage.prototype.setItem;
Storage.prototype.setItem = function (...given) { take(given); return setItem.apply(this, given); };
new BroadcastChannel("strata:session").onmessage = ({ data }) => take(data);
"""
"""Runs before the app, as code in a library of it could: hooks what the app uses, and keeps what it sees."""

SEARCH = """async () => {
    const found = [document.cookie, JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage})];
    for (const name of Object.getOwnPropertyNames(window)) {
        try { found.push(JSON.stringify(window[name]) ?? ""); } catch { found.push(name); }
    }
    for (const name of await caches.keys()) found.push(name);
    for (const {name} of await indexedDB.databases()) found.push(name);
    for (const path of ["/api/auth/session", "/api/me"]) {
        const response = await fetch(path, {headers: {Cookie: "x", "X-Strata-Request": "1"}});
        found.push(JSON.stringify([...response.headers]), await response.text());
    }
    const refreshed = await fetch("/api/auth/refresh", {method: "POST", headers: {"X-Strata-Request": "1"}});
    found.push(JSON.stringify([...refreshed.headers]), await refreshed.text());
    return [...found, ...window.harvest];
}"""

FRAME = """(path) => new Promise((resolve) => {
    const frame = document.createElement("iframe");
    frame.hidden = true;
    const read = () => {
        try { return frame.contentWindow.location.href + frame.contentDocument.documentElement.outerHTML; }
        catch { return ""; }
    };
    frame.onload = () => resolve(read());
    setTimeout(() => resolve(read()), 3000);
    frame.src = path;
    document.body.append(frame);
})"""

WORKER = "navigator.serviceWorker.register('/assets/app.js').then(() => 'registered', (error) => error.name)"

VIOLATIONS = (r"Content Security Policy|Trusted|violates the following", r"Refused to|Unsafe attempt")


def secrets(visitor: Visitor) -> set[str]:
    """Return the values of the session's cookies."""
    return {each["value"] for each in visitor.context.cookies() if each["name"].startswith("__Host-")}


def test_a_hostile_script_in_the_page_reads_no_token(visit: Visit) -> None:
    """It sees what the person sees, and neither token nor session, old or new."""
    visitor = visit()
    visitor.page.add_init_script(PLANTED)
    email = visitor.sign_up("/profile")
    visitor.live()
    known = secrets(visitor)

    harvest = "\n".join(visitor.page.evaluate(SEARCH))

    known |= secrets(visitor)
    # The session's cookie, and the access tokens before and after the refresh.
    assert len(known) == 3
    assert [secret for secret in known if secret in harvest] == []
    # The script was not blind: it has read the person's data, and the ticket of the live connection.
    assert email in harvest
    assert "/ws?ticket=" in harvest


@pytest.mark.parametrize("path", ["/api/auth/login?return=/&prompt=none", "/", "/api/auth/session"])
def test_a_hidden_frame_gives_a_hostile_script_nothing(visit: Visit, path: str) -> None:
    """The policies of page and API forbid frames, so no code of a silent sign-in can be caught in one."""
    visitor = visit()
    for pattern in VIOLATIONS:
        visitor.expect_in_console(pattern)
    visitor.sign_up()

    seen = visitor.page.evaluate(FRAME, path)

    assert "code=" not in seen
    assert visitor.address not in seen


def test_a_hostile_script_cannot_register_a_service_worker(person: Visitor) -> None:
    """A worker would outlive the page and see every request: trusted types refuse its address."""
    for pattern in VIOLATIONS:
        person.expect_in_console(pattern)

    assert person.page.evaluate(WORKER) == "TypeError"
    assert person.page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


@pytest.mark.parametrize(
    "code",
    [
        "document.body.innerHTML = '<b>'",
        "eval('1')",
        "new Function('1')()",
        "document.body.append(Object.assign(document.createElement('script'), {src: '/assets/app.js'}))",
    ],
)
def test_markup_and_code_from_text_are_refused(person: Visitor, code: str) -> None:
    """The content security policy applies to the app's own page."""
    for pattern in VIOLATIONS:
        person.expect_in_console(pattern)
    # In a task of its own: the policy does not apply to what the debugger evaluates.
    attempt = f"try {{ {code}; window.outcome = 'ran' }} catch (error) {{ window.outcome = error.name }}"
    person.page.evaluate(f"setTimeout(() => {{ {attempt} }})")
    person.page.wait_for_function("window.outcome")

    assert person.page.evaluate("window.outcome") in ("TypeError", "EvalError")


def test_a_violation_of_the_policy_is_a_fault(visit: Visit) -> None:
    """Without an expectation, the line in the console would fail the test that caused it."""
    visitor = visit()
    visitor.open("/signed-out")

    visitor.page.evaluate("setTimeout(() => (document.body.innerHTML = '<b>'))")
    visitor.page.wait_for_event("pageerror")

    assert [fault for fault in visitor.faults if "TrustedHTML" in fault]
    visitor.faults.clear()


ELSEWHERE = "http://elsewhere.localhost:9"
"""Another site: its page is served by the test."""

CROSS_SITE = """async ([address, method, path]) => {
    const body = ["GET", "HEAD"].includes(method) ? undefined : "{\\"everywhere\\": true}";
    const attempts = [{}, {mode: "no-cors"}, {headers: {"X-Strata-Request": "1"}}];
    const results = [];
    for (const each of attempts) {
        const options = {method, body, credentials: "include", ...each};
        results.push(await fetch(address + path, options).then((response) => response.type, () => "refused"));
    }
    return results;
}"""

FORM = """([address, path]) => {
    const form = document.createElement("form");
    Object.assign(form, {method: "post", action: address + path, target: "_blank"});
    document.body.append(form);
    form.submit();
}"""


def elsewhere(visitor: Visitor) -> Page:
    """Open the page of another site in another tab."""
    for pattern in (r"CORS|ERR_FAILED|ERR_BLOCKED|status of 4", *VIOLATIONS):
        visitor.expect_in_console(pattern)
    page = visitor.context.new_page()
    page.route(f"{ELSEWHERE}/", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.goto(f"{ELSEWHERE}/")
    return page


REQUESTS: list[tuple[str, str]] = [
    ("GET", "/api/me"),
    ("POST", "/api/auth/logout"),
    ("POST", "/api/auth/refresh"),
    ("PATCH", "/api/me"),
    ("POST", "/api/users"),
    ("DELETE", "/api/users/019c1a2b-3c4d-7e5f-8a6b-7c8d9e0f1a2b"),
]


@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_a_request_from_another_site_does_nothing(admin: Visitor, method: str, path: str) -> None:
    """It can read no response, and none of its attempts is made with the person's rights."""
    responses: list[int] = []
    page = elsewhere(admin)
    page.on("response", lambda response: responses.append(response.status) if path in response.url else None)

    results: list[Any] = page.evaluate(CROSS_SITE, [admin.address, method, path])

    assert set(results) <= {"refused", "opaque"}
    assert [status for status in responses if status < 400] == []
    admin.page.reload()
    expect(admin.page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()


def test_a_form_of_another_site_does_not_sign_out(admin: Visitor) -> None:
    """A form needs no preflight request; the cookies do not travel with it."""
    page = elsewhere(admin)

    with admin.context.expect_page() as opened:
        page.evaluate(FORM, [admin.address, "/api/auth/logout"])
    opened.value.wait_for_load_state()

    admin.page.reload()
    expect(admin.page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
