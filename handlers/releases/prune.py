"""Handles the daily schedule: deletes the releases of the app that no open tab can still need."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from handlers.kit import correlation
from handlers.kit.environment import variable
from handlers.kit.invocation import Context, Invocation
from handlers.releases.logic import prune


def handler(event: Mapping[str, str], context: Context) -> None:
    """Renew the releases in use at `time` (RFC 3339; now if missing), and delete those unused for too long.

    Raises:
        ExceptionGroup: some releases could not be renewed or deleted; the others were.
        LookupError: the key-value store names a release that the bucket lacks, so that its page fails.
    """
    with Invocation(context, correlation.accepted(context.aws_request_id)) as invocation:
        moment = event.get("time")
        now = datetime.fromisoformat(moment) if moment else datetime.now(UTC)
        result = prune(now, int(variable("KEEP_RELEASES_DAYS")))
        invocation.note(renewed=result.renewed, deleted=result.deleted, missing=result.missing)
        if result.errors:
            raise ExceptionGroup(f"{len(result.errors)} releases failed", result.errors)
        if result.missing:
            raise LookupError(f"live and not in the bucket: {', '.join(result.missing)}")
