"""The spine after a stop and a start."""

from __future__ import annotations

from pathlib import Path

from tests.local.platform import address, until, up


def test_changes_after_a_restart_are_told_like_those_before(tmp_path: Path) -> None:
    """Whoever goes on tomorrow, on another port too, finds streams and queues at work as they left them."""
    for _ in range(2):
        deployment, platform = up(tmp_path)
        platform.create(email=(email := address()))
        until(lambda: len(platform.mails(email)), 1)  # noqa: B023 - called before the next turn
        deployment.down()
