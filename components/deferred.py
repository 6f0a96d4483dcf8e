"""An output whose value a later part of the program sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi

UNKNOWN: Any = pulumi.UNKNOWN


def deferred() -> tuple[pulumi.Output[str], Callable[[pulumi.Input[str]], None]]:
    """Return an output and the function that sets its value.

    If the program fails before, the value is unknown: a preview then ends with the program's error. With
    `pulumi.deferred_output`, it would wait for the value forever.
    """
    values: list[pulumi.Input[str]] = []

    def value(_: object) -> pulumi.Output[str]:
        return pulumi.Output.from_input(values[-1] if values else UNKNOWN)

    # An apply runs after the program, which is not asynchronous.
    return pulumi.Output.from_input("").apply(value), values.append
