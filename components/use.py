"""What a function uses: permissions, together with the environment variables that name their resources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pulumi

from components.iam import Grant


@dataclass(frozen=True)
class Use:
    """Permissions on a resource and the environment variables that name it for the handler.

    Example:
        Function("orders-read", "handlers.orders.read:handler", runtime, uses=[orders.use("GetItem")])

    Attributes:
        grants: the permissions.
        env: environment variables by name.
    """

    grants: tuple[Grant, ...] = ()
    env: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, "pulumi.Input[str]"])


def grants_of(uses: Iterable[Use]) -> list[Grant]:
    """All permissions, in order."""
    return [grant for use in uses for grant in use.grants]


def env_of(name: str, uses: Iterable[Use]) -> dict[str, pulumi.Input[str]]:
    """All environment variables of the function `name`.

    Raises:
        ValueError: if two uses give a variable different values.
    """
    variables: dict[str, pulumi.Input[str]] = {}
    for use in uses:
        for key, value in use.env.items():
            known = variables.setdefault(key, value)
            if known is not value and (isinstance(known, pulumi.Output) or known != value):
                raise ValueError(f"function {name}: two uses set the environment variable {key}")
    return variables
