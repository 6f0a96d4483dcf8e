"""Tables of figures: Strata's figure, the figure that it is compared with, and their ratio."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

HEADINGS = ("measured", "Strata", "compared with", "its figure", "ratio")


class Figure(NamedTuple):
    """One measured quantity.

    Attributes:
        name: the quantity.
        ours: Strata's figure.
        other: the figure of the floor or the alternative.
        against: the name of the floor or the alternative.
        unit: the unit of both figures.
    """

    name: str
    ours: float
    other: float
    against: str
    unit: str = "ms"

    @property
    def ratio(self) -> float:
        """Strata's figure divided by the other one."""
        return self.ours / self.other if self.other else float("nan")


def figure(name: str, ours: Sequence[float], other: Sequence[float], against: str) -> Figure:
    """Return a figure in milliseconds: the medians of two series of seconds."""
    return Figure(name, median(ours) * 1000, median(other) * 1000, against)


def seconds(work: Callable[[], object]) -> float:
    """Return the time that a call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def show(title: str, figures: Sequence[Figure], *, as_json: bool) -> None:
    """Print a table of figures, or with `as_json` one JSON object a figure, with the title."""
    if as_json:
        for item in figures:
            print(json.dumps({"title": title, **item._asdict(), "ratio": item.ratio}))
        return
    rows = [
        (
            item.name,
            f"{item.ours:,.1f} {item.unit}",
            item.against,
            f"{item.other:,.1f} {item.unit}",
            f"{item.ratio:.2f}",
        )
        for item in figures
    ]
    name, ours, against, other, ratio = (
        max(map(len, column)) for column in zip(HEADINGS, *rows, strict=True)
    )
    print(f"\n{title}")
    for row in (HEADINGS, *rows):
        print(
            f"  {row[0]:<{name}}  {row[1]:>{ours}}  {row[2]:<{against}}  {row[3]:>{other}}  {row[4]:>{ratio}}"
        )
