"""The provider's rules for every resource type."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from provider.base import AutoName, Properties, ProviderError, Values
from provider.cloud import Cloud
from provider.lookup import Lookup
from provider.naming import Naming
from provider.provider import Diff
from tests.unit.local.fake import NAMING, TOKEN, Thing, provider


def test_unknown_type_is_an_error_that_names_it() -> None:
    """The error contains the type and the nearest known one."""
    with pytest.raises(ProviderError) as caught:
        provider(Thing()).check("aws:test/thing:Think", "a", {}, None)

    assert str(caught.value) == (
        "aws:test/thing:Think: the embedded cloud does not know this resource type; "
        "nearest is aws:test/thing:Thing"
    )


def test_unknown_input_is_an_error_that_names_it() -> None:
    """No input of the program is ignored."""
    with pytest.raises(ProviderError) as caught:
        provider(Thing()).check(TOKEN, "a", {"valve": 1}, None)

    assert str(caught.value) == (
        "aws:test/thing:Thing a: the embedded cloud does not know the input valve: "
        "expected some of key, name, needs, value"
    )


def test_another_region_is_an_error_that_names_both() -> None:
    """Some resources of CloudFront are in us-east-1 whatever the stack's region is."""

    class Regional(Thing):
        inputs = frozenset({*Thing.inputs, "region"})

    own = provider(Regional())
    with pytest.raises(ProviderError) as caught:
        own.check(TOKEN, "a", {"region": "eu-west-1"}, None)

    assert str(caught.value) == (
        "aws:test/thing:Thing a: region 'eu-west-1': expected us-east-1, the embedded cloud's only one"
    )
    assert own.check(TOKEN, "a", {"name": "a", "region": "us-east-1"}, None)["region"] == "us-east-1"


class Echo(Lookup):
    """A lookup that returns its arguments."""

    token = "aws:test/getThing:getThing"
    inputs = frozenset({"name"})

    def find(self, cloud: Cloud, arguments: Values) -> Properties:
        return dict(arguments)


def test_lookup_gets_the_arguments_without_nulls() -> None:
    """The SDK sends every argument that a program does not give as null."""
    own = replace(provider(Thing()), lookups={Echo.token: Echo()})

    assert own.look_up(Echo.token, {"name": "a", "other": None}) == {"name": "a"}


@pytest.mark.parametrize(
    ("token", "arguments", "expected"),
    [
        (
            "aws:test/getThink:getThink",
            {},
            "unknown provider function: the embedded cloud knows aws:test/getThing",
        ),
        (Echo.token, {"nane": "a"}, "unknown argument nane: expected some of name"),
    ],
)
def test_unknown_lookup_or_argument_is_an_error_that_names_it(
    token: str, arguments: Properties, expected: str
) -> None:
    """No function returns nothing in silence."""
    own = replace(provider(Thing()), lookups={Echo.token: Echo()})

    with pytest.raises(ProviderError, match=f"^{token}: {expected}"):
        own.look_up(token, arguments)


def test_name_is_generated_once() -> None:
    """A resource keeps its generated name; a name in the program is used as it is; null is no name."""
    own = provider(Thing())
    first = own.check(TOKEN, "a", {"name": None, "value": 1}, None)

    assert re.fullmatch(r"strata-local-a-[0-9a-f]{7}", first["name"])
    assert own.check(TOKEN, "a", {"value": 2}, first) == {"name": first["name"], "value": 2}
    assert own.check(TOKEN, "a", {"name": "fixed"}, first) == {"name": "fixed"}


def test_name_beyond_the_limit_is_an_error_with_both_lengths() -> None:
    """The error contains the name, its length and AWS's limit."""
    with pytest.raises(ProviderError) as caught:
        Naming("${project}-${name}", "strata", "local").propose("x" * 10, AutoName("name", 16))

    assert str(caught.value) == ("xxxxxxxxxx: the name strata-xxxxxxxxxx has 17 characters, and AWS takes 16")


def test_name_has_the_prefix_and_suffix_of_its_type() -> None:
    """The generated name has the type's prefix, and the suffix of a FIFO resource."""
    naming = Naming("${project}-${name}", "strata", "local")
    queue = AutoName("name", 80, fifo="fifoQueue")

    assert naming.propose("a", AutoName("name", 256, prefix="alias/")) == "alias/strata-a"
    assert naming.propose("a", queue.given({"fifoQueue": True})) == "strata-a.fifo"
    assert naming.propose("a", queue.given({"fifoQueue": False})) == "strata-a"


def test_unknown_naming_expression_is_an_error() -> None:
    """A pattern of Pulumi that is not supported is an error, not text."""
    with pytest.raises(ProviderError) as caught:
        Naming("${organization}-${name}", "strata", "local").propose("a", AutoName("name", 64))

    assert str(caught.value) == (
        "pulumi:autonaming: ${organization}: expected one of "
        "project, stack, name, hex(n), num(n), alphanum(n)"
    )


def test_generated_names_are_unique() -> None:
    """A replacement can exist beside the resource that it replaces."""
    assert len({NAMING.propose("a", AutoName("name", 64)) for _ in range(50)}) == 50


def test_diff_contains_changed_and_replacing_inputs() -> None:
    """Added, removed and changed inputs all differ; an archive differs by its bytes, not its path."""
    own = provider(Thing())
    old = {"name": "n", "key": "k", "value": {"archive": {"path": "/a", "hash": "1"}}}

    moved = {**old, "value": {"archive": {"path": "/b", "hash": "1"}}}
    assert own.diff(TOKEN, old, moved) == Diff((), ())
    assert own.diff(TOKEN, old, {**old, "needs": 1, "key": "other"}) == Diff(("key", "needs"), ("key",))
    assert own.diff(TOKEN, old, {"name": "n", "key": "k"}) == Diff(("value",), ())
