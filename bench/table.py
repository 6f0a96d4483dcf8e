"""Figures side by side: ours, what they are held against, and the ratio."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple


class Figure(NamedTuple):
    """One measured thing.

    Attributes:
        name: what was measured.
        ours: the median of ours.
        other: the median of what it is held against.
        against: what that is.
        unit: of both.
    """

    name: str
    ours: float
    other: float
    against: str
    unit: str = "ms"


def figure(name: str, ours: Sequence[float], other: Sequence[float], against: str) -> Figure:
    """A figure of two series of seconds."""
    return Figure(name, median(ours) * 1000, median(other) * 1000, against)


def show(title: str, figures: Sequence[Figure]) -> None:
    """Print a table of figures."""
    print(f"\n{title}")
    width = max(len(item.name) for item in figures)
    for item in figures:
        ratio = item.ours / item.other if item.other else float("nan")
        print(
            f"  {item.name:<{width}}  {item.ours:>9.1f} {item.unit}  {ratio:>7.2f} x "
            f"{item.against} ({item.other:.1f} {item.unit})"
        )
