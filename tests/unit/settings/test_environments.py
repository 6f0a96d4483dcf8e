"""Defaults by environment class."""

from __future__ import annotations

from typing import Any

import pytest

from settings.environments import Environment, defaults
from tests.unit.settings.config import PRODUCTION, load


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("ephemeral", (False, False, False, 3, "off", 1, 120)),
        ("development", (False, True, False, 14, "off", 14, 120)),
        ("production", (True, True, True, 365, "required", 365, 2_555)),
    ],
)
def test_environment_class_determines_protection_and_retention(
    environment: str, expected: tuple[Any, ...]
) -> None:
    """Protection, recovery, the second factor and retention follow from the class only."""
    settings = load({**PRODUCTION, "strata:environment": environment})

    assert expected == (
        settings.data.deletion_protection,
        settings.data.point_in_time_recovery,
        settings.auth.deletion_protection,
        settings.functions.log_retention_days,
        settings.auth.mfa,
        settings.events.archive_days,
        settings.audit.expire_after_days,
    )


@pytest.mark.parametrize(
    ("environment", "expected"), [("ephemeral", 2), ("development", 2), ("production", 10)]
)
def test_environment_class_determines_the_concurrency_of_consumers(environment: str, expected: int) -> None:
    """Four consumers of a stack that is not in production leave 2 of a new account's 10 executions."""
    settings = load({**PRODUCTION, "strata:environment": environment})

    assert settings.functions.consumer_concurrency == expected


def test_required_key_has_no_default() -> None:
    """A class without a default for a key leaves it out."""
    assert defaults(Environment.EPHEMERAL)["mail"] == {"sender": "no-reply@example.com"}
    assert "mail" not in defaults(Environment.PRODUCTION)


@pytest.mark.parametrize(
    ("environment", "expected"), [("ephemeral", False), ("development", False), ("production", True)]
)
def test_snap_start_is_on_by_default_in_production_only(environment: str, expected: bool) -> None:
    """A stack file may override the default of its class."""
    config = {**PRODUCTION, "strata:environment": environment}
    other = {**config, "strata:functions": {"snapStart": not expected}}

    assert load(config).functions.snap_start is expected
    assert load(other).functions.snap_start is not expected
