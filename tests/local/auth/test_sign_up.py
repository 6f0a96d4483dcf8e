"""Sign-up at the hosted login, which ends with a session."""

from __future__ import annotations

import asyncio
import html
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from local.deployment.people import PEOPLE, Person
from local.emulator.extensions import sign_up as extension
from tests.local import tokens
from tests.local.auth.browser import SECONDS, Browser
from tests.local.platform import Platform, address

PASSWORD = "A-newcomer-is-here-1"


def filled(page: requests.Response, address: str, **entered: str) -> requests.Response:
    """Send the form of a page with its hidden fields and these."""
    assert page.status_code == 200, page.text
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', page.text)
    action = re.search(r'action="([^"]*)"', page.text)
    assert action is not None
    form = {name: html.unescape(value) for name, value in fields} | entered
    return requests.post(urljoin(address, action[1]), data=form, allow_redirects=False, timeout=SECONDS)


def test_emulator_has_no_sign_up_of_its_own() -> None:
    """The paths are not among those of its hosted login."""
    calls: list[Any] = [
        extension._get("GET", extension.SIGN_UP, {}, {}),
        extension._post("POST", extension.SIGN_UP, {}, b"", {}),
        extension._post("POST", extension.CONFIRM, {}, b"", {}),
    ]

    assert [asyncio.run(call) for call in calls] == [None] * 3


def test_person_signs_up_and_is_signed_in(platform: Platform) -> None:
    """After the code of the mail, the person has a verified address, a session and a profile."""
    browser, email = Browser(platform), address()
    location = browser.navigate("/api/auth/login?screen=signup&return=/me").headers["Location"]
    page = requests.get(location, timeout=SECONDS)

    refused = filled(page, location, username=email, password="short")
    code = filled(page, location, username=email, password=PASSWORD)
    done = filled(code, location, code="123456")

    assert "Sign up" in refused.text
    assert 'class="error"' in refused.text
    (mail,) = platform.mails(email)
    assert mail["Subject"] == "Your verification code"
    target = urlsplit(done.headers["Location"])
    returned = browser.navigate(f"{target.path}?{target.query}", "cross-site")
    assert returned.headers["Location"] == "/me"
    assert tokens.claims(browser.token)["email_verified"] == "true"
    assert browser.fetch("GET", "/api/auth/session").json()["email"] == email
    again = Browser(platform).sign_in(Person(email, PASSWORD, ""))
    assert again.headers["Location"] == "/"


@pytest.mark.parametrize("email", ["no-one@example.com", PEOPLE["person"].email])
def test_code_signs_in_only_after_a_sign_up(platform: Platform, email: str) -> None:
    """The second page is not a way into an account that exists."""
    browser = Browser(platform)
    location = browser.navigate("/api/auth/login?screen=signup").headers["Location"]
    page = requests.get(location, timeout=SECONDS)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))

    response = requests.post(
        urljoin(location, extension.CONFIRM),
        data={**fields, "username": email, "code": "123456"},
        allow_redirects=False,
        timeout=SECONDS,
    )

    assert response.status_code == 400
