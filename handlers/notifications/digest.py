"""Handles the nightly schedule: emails a digest of the previous day's new users to the administrators.

The schedule passes the time of its run, so that a late retry reports the same day.
"""

from __future__ import annotations

from collections.abc import Mapping

from handlers.kit import correlation
from handlers.kit.invocation import Context, Invocation
from handlers.notifications import new_users


def handler(event: Mapping[str, str], context: Context) -> None:
    """Email the digest of the day before `time` (RFC 3339; now if missing) to every administrator.

    Each administrator receives one email per day, however often the function runs. If some emails fail, the
    others are still sent; then the invocation fails, and Lambda retries it.
    """
    # Lambda's own retries have the same request id.
    correlation_id = correlation.accepted(context.aws_request_id)
    with Invocation(context, correlation_id) as invocation:
        day = new_users.day_before(event.get("time"))
        users, outcomes, errors = new_users.send_digest(day, correlation_id)
        invocation.note(day=day.isoformat(), users=users, sent=outcomes.count("done"), failed=len(errors))
        if errors:
            raise ExceptionGroup(f"{len(errors)} digests of {day} failed", errors)
