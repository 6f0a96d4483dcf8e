"""The report: what was done to the platform, and what came of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.local.chaos.census import Consumer
from tests.local.chaos.storm import Storm

Fates = dict[str, Counter[str]]


def fates(folder: Path) -> Fates:
    """How often each fate was drawn, by place."""
    found: Fates = {}
    for line in (folder / "fates").read_text().splitlines():
        where, fate = json.loads(line)
        found.setdefault(where, Counter())[fate or "spared"] += 1
    return found


def share(drawn: Counter[str]) -> float:
    """How much was struck, from 0 to 1."""
    return 1 - drawn["spared"] / drawn.total()


def of_storm(it: Storm) -> Iterator[str]:
    """What went on."""
    yield f"  {len(it.accepted.events):,} changes accepted, {it.bus.heard.total():,} times published"
    yield f"  {it.bus.replayed:,} events replayed, {it.bus.repeated:,} put on the bus twice"
    yield f"  {it.killed:,} worker processes killed at once"


def of_fates(found: Fates) -> Iterator[str]:
    """What failed on purpose."""
    yield f"  {'':34}" + "".join(f"{title:>14}" for title in ("times", "failed", "crashed", "share"))
    for where, drawn in sorted(found.items()):
        failed, crashed = (
            sum(count for fate, count in drawn.items() if fate.startswith(kind)) for kind in ("fail", "die")
        )
        yield f"  {where:34}{drawn.total():14,}{failed:14,}{crashed:14,}{share(drawn):14.1%}"


def of_consumers(title: str, consumers: Sequence[Consumer]) -> Iterator[str]:
    """What each consumer has done."""
    columns = ("events", "one effect", "two effects", "dead letters", "lost", "told again")
    yield f"  {title:34}" + "".join(f"{column:>14}" for column in columns)
    for each in consumers:
        counts = (
            len(each.events),
            len(each.done),
            len(each.twice),
            len(each.letters),
            len(each.lost),
            each.copies.total() - len(each.copies),
        )
        yield f"  {each.name:34}" + "".join(f"{count:14,}" for count in counts)
