"""Requests that use every permission of the notifications functions."""

from __future__ import annotations

from uuid import uuid4

from tests.local.events.bus import MOMENT
from tests.local.events.senders import TEXT, digest_request, feedback, forget_digest, phone_number
from tests.local.platform import Platform, address, until
from tests.local.users.profiles import newcomer, verify_phone


def tour(platform: Platform) -> None:
    """Send a text message and a digest, and receive SES's feedback on a bounce and a delivery."""
    phone, recipients = phone_number(), [{"emailAddress": address()}]
    with newcomer(platform) as token:
        verify_phone(platform, token, phone)
        platform.ask("PATCH", "/me/preferences", token, json={"sms": True})
        until(lambda: TEXT in platform.texts(phone))
    bounce = {"bounceType": "Permanent", "bouncedRecipients": recipients, "timestamp": MOMENT}
    for event_id in (
        feedback(platform, "Bounce", uuid4().hex, bounce),
        feedback(platform, "Delivery", uuid4().hex, {}, effect=f"welcome-mail:{uuid4()}"),
    ):
        until(lambda sent=event_id: platform.outcomes("notifications-feedback", sent), ["done"])
    forget_digest(platform)
    platform.invoke("notifications-digest", digest_request())
