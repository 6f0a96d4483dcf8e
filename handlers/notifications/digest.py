"""The nightly digest: the schedule gives the time that it is for, so that a late retry does the same day."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.kit import correlation
from handlers.kit.invocation import Context, Invocation
from handlers.notifications import newcomers


def handler(event: Mapping[str, str], context: Context) -> None:
    """Tell the administrators of the users who were new on the day before `time` (RFC 3339; or now).

    Each administrator gets one mail for a day, however often it is run. Where some mails fail, the others
    are sent, and then it fails as a whole: Lambda runs it again.
    """
    # Lambda's own retries have the same request id.
    correlation_id = correlation.accepted(context.aws_request_id)
    with Invocation(context, correlation_id) as invocation:
        day = newcomers.day_before(event.get("time"))
        users, outcomes, errors = newcomers.digest(day, correlation_id)
        invocation.note(day=day.isoformat(), users=users, sent=outcomes.count("done"), failed=len(errors))
        if errors:
            raise ExceptionGroup(f"{len(errors)} digests of {day} failed", errors)
