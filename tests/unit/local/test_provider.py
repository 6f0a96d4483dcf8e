"""The provider's own rules, whatever the resource type."""

from __future__ import annotations

import re

import pytest

from provider.base import AutoName, ProviderError
from provider.naming import Naming
from provider.provider import Diff
from provider.registry import TYPES
from tests.unit.local.fake import NAMING, TOKEN, Thing, provider


def test_an_unknown_type_is_refused_by_name() -> None:
    """The error names the type and the nearest one that is known."""
    with pytest.raises(ProviderError) as caught:
        provider(Thing()).check("aws:test/thing:Think", "a", {}, None)

    assert str(caught.value) == (
        "aws:test/thing:Think: the embedded cloud does not know this resource type; "
        "nearest is aws:test/thing:Thing"
    )


def test_an_unknown_input_is_refused_by_name() -> None:
    """Nothing that the program asks for is skipped in silence."""
    with pytest.raises(ProviderError) as caught:
        provider(Thing()).check(TOKEN, "a", {"valve": 1}, None)

    assert str(caught.value) == (
        "aws:test/thing:Thing a: the embedded cloud does not know the input valve: "
        "expected some of key, name, needs, value"
    )


def test_a_name_is_generated_once() -> None:
    """What has a name keeps it; what the program names is left alone; null is no name."""
    own = provider(Thing())
    first = own.check(TOKEN, "a", {"name": None, "value": 1}, None)

    assert re.fullmatch(r"strata-local-a-[0-9a-f]{7}", first["name"])
    assert own.check(TOKEN, "a", {"value": 2}, first) == {"name": first["name"], "value": 2}
    assert own.check(TOKEN, "a", {"name": "fixed"}, first) == {"name": "fixed"}


def test_a_name_beyond_the_limit_is_refused_with_its_arithmetic() -> None:
    """The error shows the name, its length and AWS's limit."""
    with pytest.raises(ProviderError) as caught:
        Naming("${project}-${name}", "strata", "local").propose("x" * 10, AutoName("name", 16))

    assert str(caught.value) == ("xxxxxxxxxx: the name strata-xxxxxxxxxx has 17 characters, and AWS takes 16")


def test_a_name_begins_and_ends_as_its_type_demands() -> None:
    """A prefix and the suffix of what is first in, first out stand around the generated name."""
    naming = Naming("${project}-${name}", "strata", "local")
    queue = AutoName("name", 80, fifo="fifoQueue")

    assert naming.propose("a", AutoName("name", 256, prefix="alias/")) == "alias/strata-a"
    assert naming.propose("a", queue.given({"fifoQueue": True})) == "strata-a.fifo"
    assert naming.propose("a", queue.given({"fifoQueue": False})) == "strata-a"


def test_an_unknown_naming_expression_is_refused() -> None:
    """A pattern that Pulumi has and we do not is told, never taken as text."""
    with pytest.raises(ProviderError) as caught:
        Naming("${organization}-${name}", "strata", "local").propose("a", AutoName("name", 64))

    assert str(caught.value) == (
        "pulumi:autonaming: ${organization}: expected one of "
        "project, stack, name, hex(n), num(n), alphanum(n)"
    )


def test_names_are_never_the_same_twice() -> None:
    """A replacement can stand beside what it replaces."""
    assert len({NAMING.propose("a", AutoName("name", 64)) for _ in range(50)}) == 50


def test_a_difference_names_what_changed_and_what_replaces() -> None:
    """Added, removed and changed inputs all differ; an archive differs by its bytes, not its path."""
    own = provider(Thing())
    old = {"name": "n", "key": "k", "value": {"archive": {"path": "/a", "hash": "1"}}}

    moved = {**old, "value": {"archive": {"path": "/b", "hash": "1"}}}
    assert own.diff(TOKEN, old, moved) == Diff((), ())
    assert own.diff(TOKEN, old, {**old, "needs": 1, "key": "other"}) == Diff(("key", "needs"), ("key",))
    assert own.diff(TOKEN, old, {"name": "n", "key": "k"}) == Diff(("value",), ())


@pytest.mark.parametrize("token", sorted(TYPES))
def test_every_type_keeps_to_its_own_inputs(token: str) -> None:
    """What replaces and what is named are inputs; the token has Pulumi's form."""
    kind = TYPES[token]
    named = {kind.autoname.property} if kind.autoname else set()

    assert re.fullmatch(r"aws:[a-z0-9]+/[a-zA-Z]+:[A-Z][A-Za-z]+", token)
    assert (kind.replace_on | named) - kind.inputs == set()
