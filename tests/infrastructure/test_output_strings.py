"""An Output formatted into a string is an error in every program, whatever runs it."""

from __future__ import annotations

from collections.abc import Callable

import pulumi
import pytest

from bootstrap.base import BootstrapComponent
from components.base import BaseComponent, Component
from tools.graph import built

VARIABLE = "PULUMI_ERROR_OUTPUT_STRING"


@pytest.mark.parametrize("users", [None, "false"])
@pytest.mark.parametrize("component", [Component, BootstrapComponent])
def test_output_in_a_string_is_refused(
    monkeypatch: pytest.MonkeyPatch, component: Callable[[str], BaseComponent], users: str | None
) -> None:
    """A deployment without the variable, or with another value, stops instead of deploying a wrong text."""
    monkeypatch.delenv(VARIABLE, raising=False)
    if users:
        monkeypatch.setenv(VARIABLE, users)

    with pytest.raises(Exception, match=r"Calling __str__ on an Output\[T\] is not supported"):
        built(lambda: f"{component('one').urn}")


def test_program_without_components_would_deploy_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's default, which the components change, only warns."""
    monkeypatch.delenv(VARIABLE, raising=False)
    texts: list[str] = []

    built(lambda: texts.append(f"{pulumi.Output.from_input('table')}"))

    assert "is not supported" in texts[0]
