"""Which releases are deleted: those that were last in use long ago."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from handlers.releases import storage
from handlers.releases.models import DEFAULT, Release


@dataclass(frozen=True)
class Result:
    """The result of a run.

    Attributes:
        renewed: the ids of the releases in use.
        deleted: the ids of the releases that were deleted.
        missing: the ids that the key-value store has and the bucket lacks.
        errors: what failed for one release; the others are not affected.
    """

    renewed: list[str]
    deleted: list[str]
    missing: list[str]
    errors: list[Exception]


def prune(now: datetime, keep_days: int) -> Result:
    """Renew the releases in use, and delete those that were last in use more than `keep_days` days ago."""
    # In this order: a deployment stores a release before it names it.
    pointers, releases = storage.pointers(), storage.releases()
    live = set(pointers.values())
    missing = sorted(live - {release.id for release in releases})
    renewed, errors = _each(storage.renew, in_use(releases, live))
    # Without a live release something is wrong, and a deletion could make it worse.
    expired = unused(releases, live, now, keep_days) if DEFAULT in pointers else []
    deleted, more = _each(storage.delete, (each for each in expired if not _is_live(each)))
    return Result(renewed, deleted, missing, errors + more)


def in_use(releases: Sequence[Release], live: Collection[str]) -> list[Release]:
    """Return the complete releases that are live, and the newest, which a deployment may be about to name.

    Args:
        releases: all, newest first.
        live: the ids in the key-value store.
    """
    newest = releases[:1]
    return [each for each in releases if each.used and (each.id in live or each in newest)]


def unused(
    releases: Sequence[Release], live: Collection[str], now: datetime, keep_days: int
) -> list[Release]:
    """Return the releases that were last in use more than `keep_days` days ago.

    A release was in use when it was last renewed, and when the next one was created: it was live until then,
    even if no run has renewed it. A day is added, because a run renews it once a day.
    """
    limit = now - timedelta(days=keep_days + 1)
    return [
        older
        for newer, older in pairwise(releases)
        if older.id not in live and max(older.used or older.created, newer.created) < limit
    ]


def _is_live(release: Release) -> bool:
    """Return whether a release is live by now; an earlier deletion has taken time."""
    return release.id in storage.pointers().values()


def _each(step: Callable[[Release], None], releases: Iterable[Release]) -> tuple[list[str], list[Exception]]:
    """Apply a step to each release, and return the ids for which it succeeded, and the errors."""
    done: list[str] = []
    errors: list[Exception] = []
    for release in releases:
        try:
            step(release)
        except Exception as error:  # noqa: BLE001 - the other releases are not affected
            error.add_note(f"release {release.id}")
            errors.append(error)
        else:
            done.append(release.id)
    return done, errors
