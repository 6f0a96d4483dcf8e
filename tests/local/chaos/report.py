"""The printed report: the injected faults and the results."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.local.chaos.experiment import Experiment
from tests.local.chaos.results import ConsumerResult

Faults = dict[str, Counter[str]]


def faults(folder: Path) -> Faults:
    """Return the number of attempts by place and fault."""
    found: Faults = {}
    for line in (folder / "faults").read_text().splitlines():
        where, fault = json.loads(line)
        found.setdefault(where, Counter())[fault or "none"] += 1
    return found


def share(drawn: Counter[str]) -> float:
    """Return the share of the attempts with a fault, from 0 to 1."""
    return 1 - drawn["none"] / drawn.total()


def of_experiment(it: Experiment) -> Iterator[str]:
    """Describe the load and the faults of the environment."""
    yield f"  {len(it.accepted.events):,} changes accepted, {it.bus.received.total():,} times published"
    yield f"  {it.bus.replayed:,} events replayed, {it.bus.repeated:,} published again"
    yield f"  {it.killed:,} worker processes killed at once"


def of_faults(found: Faults) -> Iterator[str]:
    """Describe the injected faults."""
    yield f"  {'':34}" + "".join(f"{title:>14}" for title in ("attempts", "failed", "crashed", "share"))
    for where, drawn in sorted(found.items()):
        failed, crashed = (
            sum(count for fault, count in drawn.items() if fault.startswith(kind))
            for kind in ("fail", "crash")
        )
        yield f"  {where:34}{drawn.total():14,}{failed:14,}{crashed:14,}{share(drawn):14.1%}"


def of_consumers(title: str, consumers: Sequence[ConsumerResult]) -> Iterator[str]:
    """Describe the result in each consumer."""
    columns = ("events", "one effect", "two effects", "dead-lettered", "lost", "repeated")
    yield f"  {title:34}" + "".join(f"{column:>14}" for column in columns)
    for each in consumers:
        counts = (
            len(each.events),
            len(each.done),
            len(each.twice),
            len(each.dead),
            len(each.lost),
            each.copies.total() - len(each.copies),
        )
        yield f"  {each.name:34}" + "".join(f"{count:14,}" for count in counts)
