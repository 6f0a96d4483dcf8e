"""The changes that a deployment makes, as the driver and the Pulumi engine report them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

ChangeKind = Literal["create", "update", "replace", "delete", "same"]


@dataclass(frozen=True)
class Change:
    """The change of one resource.

    Attributes:
        urn: the resource's URN.
        kind: what was done; `same` for an unchanged resource.
        seconds: how long it took.
        properties: the inputs that differed.
    """

    urn: str
    kind: ChangeKind
    seconds: float = 0.0
    properties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """The result of applying the program.

    Attributes:
        outputs: the stack's outputs, as `pulumi stack output --json` prints them.
        changes: one for each resource.
        seconds: how long it took.
    """

    outputs: dict[str, Any]
    changes: list[Change]
    seconds: float


Report = Callable[[Change], None]
"""Receives each change when it is complete."""


def silent(change: Change) -> None:
    """Ignore a change: the `Report` of callers that do not need it."""
    del change
