"""The event spine under failure: whatever fails, an event has its effect once, or is a dead letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local.chaos import report
from tests.local.chaos.changes import CREATIONS, DELETIONS, UPDATES
from tests.local.chaos.storm import storm

QUEUES = {
    f"{queue}-dead-letters" for queue in ("audit-events", "mail-feedback", "notifications", "realtime-events")
}
STRUCK = {
    "handlers.audit.record",
    "handlers.notifications.feedback",
    "handlers.notifications.send",
    "handlers.realtime.push",
}


@pytest.mark.timeout(600)
def test_each_of_a_thousand_changes_has_one_effect_in_every_consumer_whatever_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What has no effect in a consumer is among its dead letters, and a redrive gives it its effect, once."""
    with storm(tmp_path / "strata", tmp_path / "fates") as it:
        it.rage()
        it.calm_down()
        before, dead = it.census.take(), it.census.dead_letters()
        redrives = it.redrive()
        after = it.census.take()
    fates = report.fates(tmp_path / "fates")
    with capsys.disabled():
        print("\n", *report.of_storm(it), *report.of_fates(fates), sep="\n")
        print(*report.of_consumers("before the redrive", before), sep="\n")
        print(*report.of_consumers(f"after {redrives} of dlq redrive", after), sep="\n")

    assert len(it.accepted.events) == CREATIONS + UPDATES + DELETIONS
    assert it.bus.heard.keys() == it.accepted.events.keys()
    assert min(it.killed, it.bus.replayed, it.bus.repeated, fates["stream"]["fail here"]) > 0
    assert {place for place in STRUCK if 0.25 < report.share(fates[place]) < 0.35} == STRUCK
    assert dead.keys() <= QUEUES
    assert redrives > 0
    assert {each.name: (each.lost, each.twice) for each in before} == {
        each.name: (set(), {}) for each in before
    }
    assert {each.name: (each.events - each.done, each.twice) for each in after} == {
        each.name: (set(), {}) for each in after
    }
