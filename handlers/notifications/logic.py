"""Sends each notification once, and handles SES's feedback on emails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Literal

from handlers.events.effect import Poison, confirm, effect
from handlers.kit.messages import is_sms_allowed
from handlers.notifications import storage, templates
from handlers.notifications.channels import send_email, send_sms
from handlers.notifications.models import Email, Feedback, Suppression
from handlers.users import storage as users
from handlers.users.storage import Record

Outcome = Literal["done", "repeated", "skipped"]
"""The result of one send: sent now, sent before, or not to be sent."""

WELCOME_SMS = "Welcome to Strata. You can stop these messages at any time in your preferences."


def welcome(user_id: str, correlation_id: str, *, new: bool) -> Outcome:
    """Welcome a user in their current state: by email if they are new, and by SMS if they have consented.

    An SMS message is sent only to a number that its owner has verified, of a country that the stack config
    allows.

    Raises:
        Poison: a channel rejected its message permanently; the other channel was tried too.
        InDoubt: a message may or may not have been sent before.
    """
    record = users.read(user_id)
    if record is None or record.user.status != "active":
        return "skipped"
    sends = [partial(_welcome_by_sms, record)]
    if new:
        sends.insert(0, partial(_welcome_by_email, record, correlation_id))
    outcomes, errors = run_all(sends)
    if errors:
        raise _most_retryable(errors)
    return _most_notable(outcomes)


def send_once(email: Email) -> Outcome:
    """Send an email, unless it was sent before or its address is on the suppression list.

    Raises:
        Poison: SES rejected the email permanently.
        InDoubt: the email may or may not have been sent before.
    """
    if storage.is_suppressed(email.address):
        return "skipped"
    with effect(email.effect) as fresh:
        if fresh:
            send_email(email)
    return "done" if fresh else "repeated"


def run_all(sends: Iterable[Callable[[], Outcome]]) -> tuple[list[Outcome], list[Exception]]:
    """Run every send, even if others fail, and return the outcomes and the exceptions."""
    outcomes: list[Outcome] = []
    errors: list[Exception] = []
    for send in sends:
        try:
            outcomes.append(send())
        except Exception as error:  # noqa: BLE001 - the caller raises it after all sends have run
            errors.append(error)
    return outcomes, errors


def handle_feedback(feedback: Feedback) -> Outcome:
    """Confirm the email that SES reports on, or suppress its recipients.

    Raises:
        Poison: SES accepted the email and did not send it, which an operator must look into.
    """
    if feedback.fault is not None:
        raise Poison(feedback.fault)
    if feedback.reason is not None:
        for address in feedback.to_suppress:
            storage.suppress(Suppression(address, feedback.reason, feedback.at, feedback.correlation_id))
        return "done"
    if feedback.effect is None or feedback.type not in ("mail.send", "mail.delivery"):
        return "skipped"
    confirm(feedback.effect)
    return "done"


def _most_retryable(errors: list[Exception]) -> Exception:
    """Return an error that a retry may resolve, if there is one: the retry repeats the poisoned sends too."""
    retryable = [error for error in errors if not isinstance(error, Poison)]
    return (retryable or errors)[0]


def _most_notable(outcomes: list[Outcome]) -> Outcome:
    """Return the outcome that describes several sends: `done` if any was sent, then `repeated`."""
    if "done" in outcomes:
        return "done"
    return "repeated" if "repeated" in outcomes else "skipped"


def _welcome_by_email(record: Record, correlation_id: str) -> Outcome:
    user = record.user
    if not record.preferences.email:
        return "skipped"
    return send_once(Email(user.email, templates.welcome(user), f"welcome-mail:{user.id}", correlation_id))


def _welcome_by_sms(record: Record) -> Outcome:
    user = record.user
    if user.phone is None or not user.phone_verified or not record.preferences.sms:
        return "skipped"
    if not is_sms_allowed(user.phone):
        return "skipped"
    # Every later change of the user gets here too, so the record of this effect must not expire.
    with effect(f"welcome-sms:{user.id}", forever=True) as fresh:
        if fresh:
            send_sms(user.phone, WELCOME_SMS)
    return "done" if fresh else "repeated"
