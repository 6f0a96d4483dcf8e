"""Requests that use every permission of a person's own functions."""

from __future__ import annotations

from tests.local.events.senders import phone_number
from tests.local.platform import Platform
from tests.local.users.profiles import newcomer, profile, verify_phone


def tour(platform: Platform) -> None:
    """Use each operation as the first request of a new and of a known person, and verify a number."""
    for path, change in {"/me": {"name": "Renamed"}, "/me/preferences": {"email": False}}.items():
        # CloudFront refuses a GET request with a body.
        for method, body in (("GET", None), ("PATCH", change)):
            with newcomer(platform) as token:
                platform.ask(method, path, token, json=body)
                platform.ask(method, path, token, json=body)
            with newcomer(platform, email=platform.create()["email"]) as token:
                platform.ask(method, path, token, json=body)
                profile(platform, token)
    phone = phone_number()
    for path in ("/me/phone-codes", "/me/phone"):
        for known in ({}, {"email": platform.create(phone=phone)["email"]}):
            with newcomer(platform, **known) as token:
                platform.ask("POST", path, token, json={"code": "000000"})
    with newcomer(platform) as token:
        verify_phone(platform, token, phone)
