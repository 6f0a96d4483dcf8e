"""Notifications: email and text messages to users, and a daily digest to administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.table_spec import TableSpec
from wiring.declared import Declared, entry_point

if TYPE_CHECKING:
    from wiring.platform import Platform
    from wiring.users import Users

DECLARED = Declared(tables={"addresses": TableSpec(key="address")})
"""`addresses` is the suppression list: email addresses with a bounce or a complaint."""

USER_EVENTS = {"source": ["strata.users"], "detail-type": ["user.created", "user.updated"]}


def wire(platform: Platform, people: Users) -> None:
    """Create the suppression list, the two consumers and the daily digest."""
    from components.mail import EVENT_TYPES
    from components.queue import Queue
    from components.services import use_sms

    (suppressions,) = platform.tables(DECLARED)
    mail = platform.mail
    platform.consume(
        "notifications",
        "notifications.send",
        USER_EVENTS,
        people.users.use("GetItem"),
        suppressions.use("GetItem"),
        platform.once(),
        mail.use("welcome"),
        use_sms(platform.settings.notifications.sms_countries),
    )
    feedback = Queue("mail-feedback", platform.runtime)
    feedback.consumer(
        entry_point("notifications.feedback"), uses=[suppressions.use("PutItem"), platform.once("UpdateItem")]
    )
    mail.topic.subscribe(feedback, filter={"eventType": list(EVENT_TYPES)})
    platform.schedule(
        "daily-digest",
        "cron(0 3 * * ? *)",
        "notifications.digest",
        people.users.use("Query", index="by-creation"),
        suppressions.use("GetItem"),
        platform.once(),
        mail.use("digest"),
        platform.auth.use_group("admins", "ADMIN_GROUP"),
        flexible_minutes=15,
        timeout=29,
    )
