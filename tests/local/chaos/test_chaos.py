"""Event delivery with injected faults: each event has one effect or is dead-lettered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local.chaos import report
from tests.local.chaos.experiment import experiment
from tests.local.chaos.load import CREATIONS, DELETIONS, UPDATES

CONSUMERS = (
    "accounts",
    "audit-events",
    "mail-feedback",
    "notifications",
    "realtime-close",
    "realtime-events",
)
QUEUES = {f"{queue}-dead-letters" for queue in CONSUMERS}
FAULTY = {
    "handlers.audit.record",
    "handlers.notifications.feedback",
    "handlers.notifications.send",
    "handlers.realtime.push",
}


@pytest.mark.exclusive
@pytest.mark.timeout(600)
def test_each_change_has_one_effect_in_every_consumer_despite_faults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An event without an effect is dead-lettered, and a redrive gives it one effect."""
    with experiment(tmp_path / "strata", tmp_path / "records") as it:
        it.run_load()
        it.wait_until_idle()
        before, dead = it.results.collect(), it.results.dead_letters()
        redrives = it.redrive()
        after = it.results.collect()
    faults = report.faults(tmp_path / "records")
    with capsys.disabled():
        print("\n", *report.of_experiment(it), *report.of_faults(faults), sep="\n")
        print(*report.of_consumers("before the redrive", before), sep="\n")
        print(*report.of_consumers(f"after {redrives} redrives", after), sep="\n")

    assert len(it.accepted.events) == CREATIONS + UPDATES + DELETIONS
    assert it.bus.received.keys() == it.accepted.events.keys()
    assert min(it.killed, it.bus.replayed, it.bus.repeated, faults["stream"]["fail here"]) > 0
    assert {place for place in FAULTY if 0.25 < report.share(faults[place]) < 0.35} == FAULTY
    assert dead.keys() <= QUEUES
    assert redrives > 0
    assert {each.name: (each.lost, each.twice) for each in before} == {
        each.name: (set(), {}) for each in before
    }
    assert {each.name: (each.events - each.done, each.twice) for each in after} == {
        each.name: (set(), {}) for each in after
    }
