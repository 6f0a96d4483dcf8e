"""Who is told what, once; and what follows from what SES tells of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Literal, get_args

from handlers.events.effect import Poison, confirm, effect
from handlers.notifications import storage, templates
from handlers.notifications.carriers import send_mail, send_sms
from handlers.notifications.models import Feedback, Letter, Mark
from handlers.users import storage as users
from handlers.users.storage import Record

Outcome = Literal["done", "repeated", "skipped"]
_OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

WELCOME_SMS = "Welcome to Strata. You can stop these messages at any time in your preferences."


def welcome(user_id: str, correlation_id: str, *, new: bool) -> Outcome:
    """Welcome a user as it is now: a new one by mail, and by SMS whoever has consented to that.

    Raises:
        Poison: where a message will never be taken, once the other has been tried.
        InDoubt: where nobody knows whether a message went out.
    """
    record = users.read(user_id)
    if record is None or record.user.status != "active":
        return "skipped"
    ways = [partial(_mail, record, correlation_id), partial(_sms, record)]
    outcomes, errors = every(ways if new else ways[1:])
    if errors:
        # What may succeed yet brings the message back, and with it what may not.
        raise min(errors, key=lambda error: isinstance(error, Poison))
    return min(outcomes, key=_OUTCOMES.index)


def write(letter: Letter) -> Outcome:
    """Send a mail once, unless its address must not be written to.

    Raises:
        Poison: where SES will never take it.
        InDoubt: where nobody knows whether it went out.
    """
    if storage.is_marked(letter.address):
        return "skipped"
    with effect(letter.effect) as fresh:
        if fresh:
            send_mail(letter)
    return "done" if fresh else "repeated"


def every(tasks: Iterable[Callable[[], Outcome]]) -> tuple[list[Outcome], list[Exception]]:
    """Do every task, whatever becomes of the others: their outcomes, and what some of them raised."""
    outcomes: list[Outcome] = []
    errors: list[Exception] = []
    for task in tasks:
        try:
            outcomes.append(task())
        except Exception as error:  # noqa: BLE001 - the caller raises it when all have had their turn
            errors.append(error)
    return outcomes, errors


def heed(feedback: Feedback) -> Outcome:
    """Do what follows from what SES tells of a mail.

    Raises:
        Poison: for a mail that SES took and did not send: a person has to look why.
    """
    if feedback.fault is not None:
        raise Poison(feedback.fault)
    if feedback.reason is not None:
        for address in feedback.unreachable:
            storage.mark(Mark(address, feedback.reason, feedback.at, feedback.correlation_id))
        return "done"
    if feedback.effect is None or feedback.type not in ("mail.send", "mail.delivery"):
        return "skipped"
    confirm(feedback.effect)
    return "done"


def _mail(record: Record, correlation_id: str) -> Outcome:
    user = record.user
    if not record.preferences.email:
        return "skipped"
    return write(Letter(user.email, templates.welcome(user), f"welcome-mail:{user.id}", correlation_id))


def _sms(record: Record) -> Outcome:
    user = record.user
    if user.phone is None or not record.preferences.sms:
        return "skipped"
    # Any change of the user comes by here, also when the ledger has long forgotten its events.
    with effect(f"welcome-sms:{user.id}", forever=True) as fresh:
        if fresh:
            send_sms(user.phone, WELCOME_SMS)
    return "done" if fresh else "repeated"
