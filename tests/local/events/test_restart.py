"""Event delivery after the platform was stopped and started."""

from __future__ import annotations

from pathlib import Path

from tests.local.platform import address, until, up


def test_changes_after_a_restart_are_delivered(tmp_path: Path) -> None:
    """Streams and queues continue to work after a restart on other ports."""
    for _ in range(2):
        deployment, platform = up(tmp_path)
        platform.create(email=(email := address()))
        until(lambda: len(platform.mails(email)), 1)  # noqa: B023 - called before the next turn
        deployment.down()
