"""Outputs whose value a later part of the program sets."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.deferred import deferred
from components.key import Key
from tests.infrastructure.components.build import settings
from tools.graph import built


@pytest.mark.parametrize("later", ["text", "output"])
def test_value_that_is_set_later_reaches_what_uses_it_before(later: str) -> None:
    """A resource that is declared first can have it as an input."""

    def declare() -> None:
        address, set_address = deferred()
        pulumi.export("before", pulumi.Output.concat("https://", address))
        set_address("example.com" if later == "text" else Key("key", settings()).arn)

    assert built(declare).outputs["before"] == (
        "https://example.com" if later == "text" else "https://arn:aws:kms:us-east-1:123456789012:key/key"
    )


def test_program_that_fails_before_ends_with_its_own_error() -> None:
    """Nothing waits for a value that will never be set."""
    known: list[Any] = []

    async def program() -> None:
        address, _ = deferred()
        known.append(await address.is_known())

    def declare() -> None:
        import asyncio

        asyncio.get_event_loop().create_task(program())

    built(declare)

    assert known == [False]
