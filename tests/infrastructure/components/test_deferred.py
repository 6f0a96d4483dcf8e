"""Outputs whose value a later part of the program sets."""

from __future__ import annotations

import asyncio

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


def test_value_that_is_never_set_is_unknown() -> None:
    """A program that fails before ends: on AWS the SDK first waits for all inputs of registered resources."""
    known: list[bool] = []

    async def look(address: pulumi.Output[str]) -> None:
        known.append(await address.is_known())

    def declare() -> None:
        address, _ = deferred()
        asyncio.get_event_loop().create_task(look(pulumi.Output.concat("https://", address)))

    built(declare)

    assert known == [False]
