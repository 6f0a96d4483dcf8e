"""How the plugin creates, reads, updates and deletes, for a provider in memory."""

from __future__ import annotations

import pytest
from pulumi.runtime.proto import provider_pb2

from local.plugin.properties import read, write
from local.plugin.servicer import DEFAULTS
from provider.base import Properties
from tests.engine.memory import PLACE, THING, UNKNOWN, AbortedError, Plugin, struct


def test_previewed_creation_creates_nothing_and_keeps_unknown_values(plugin: Plugin) -> None:
    """It returns the inputs; the id and the other outputs are still unknown."""
    response = plugin.create({"name": "one", "note": UNKNOWN, DEFAULTS: ["name"]}, preview=True)

    assert (response.id, dict(response.properties)) == ("", {"name": "one", "note": str(UNKNOWN)})
    assert plugin.thing.made == {}


def test_creation_returns_id_and_outputs(plugin: Plugin) -> None:
    """The outputs are those that AWS reports."""
    response = plugin.create({"name": "one", "size": 1, DEFAULTS: ["name"]})

    assert (response.id, read(response.properties)) == (
        "one",
        {"name": "one", "size": "1 GB", "arn": "arn:one"},
    )


@pytest.mark.parametrize("token", [THING, PLACE])
@pytest.mark.parametrize("fails", ["before", "after"])
def test_failed_creation_leaves_nothing(plugin: Plugin, token: str, fails: str) -> None:
    """The error names the resource, and a partly created resource is deleted: it is not in the state."""
    resource_type = plugin.thing if token == THING else plugin.place
    resource_type.fails = fails

    with pytest.raises(AbortedError, match=rf"^{token} one: (refused|interrupted)$"):
        plugin.create({"name": "one", DEFAULTS: ["name"] if token == THING else []}, token)
    assert resource_type.made == {}


def test_failed_creation_keeps_an_existing_resource_of_the_same_name(plugin: Plugin) -> None:
    """The existing resource is not mistaken for a partly created one."""
    plugin.create({"name": "one", "note": "first"}, PLACE)
    plugin.place.fails = "before"

    with pytest.raises(AbortedError):
        plugin.create({"name": "one", "note": "second"}, PLACE)
    assert plugin.place.made == {"one": {"name": "one", "note": "first"}}


@pytest.mark.parametrize(
    ("held", "inputs"),
    [
        ({"name": "one", "size": 1, "note": "a"}, {"size": 1, "note": "a"}),
        ({"name": "one", "size": 2, "note": "a"}, {"size": "2 GB", "note": "a"}),
        ({"name": "one", "size": 1}, {"size": 1}),
        ({"name": "one", "size": 1, "note": "a", "kind": "b"}, {"size": 1, "note": "a", "kind": "b"}),
    ],
)
def test_input_drifts_if_aws_reports_another_value_than_before(
    plugin: Plugin, held: Properties, inputs: Properties
) -> None:
    """An input that was changed, removed or added elsewhere drifts; a value in another format does not."""
    declared = {"name": "one", "size": 1, "note": "a", DEFAULTS: ["name"]}
    known = read(plugin.create(declared).properties)
    plugin.thing.made["one"] = held

    response = plugin.read(declared, known)

    assert read(response.inputs) == {"name": "one", DEFAULTS: ["name"], **inputs}


def test_missing_resource_has_no_id(plugin: Plugin) -> None:
    """The engine then removes it from the state."""
    assert plugin.read({"name": "one"}, {"name": "one"}).id == ""


def test_previewed_update_returns_known_values(plugin: Plugin) -> None:
    """Changed inputs have their new values, all other outputs their present ones, and nothing is updated."""
    old, new = {"name": "one", "note": "a", "size": 1}, {"name": "one", "note": "b"}
    known = read(plugin.create(old).properties)
    request = provider_pb2.UpdateRequest(
        type=THING,
        name="one",
        id="one",
        olds=write(known),
        old_inputs=write(old),
        news=write(new),
        preview=True,
    )

    response = read(plugin.ask("Update", request).properties)

    assert response == {"name": "one", "note": "b", "arn": "arn:one"}
    assert plugin.thing.made["one"] == old


def test_update_and_delete(plugin: Plugin) -> None:
    """An update returns the new outputs; a second deletion succeeds."""
    plugin.create({"name": "one", "size": 1})
    update = provider_pb2.UpdateRequest(
        type=THING,
        name="one",
        id="one",
        old_inputs=struct(name="one", size=1),
        news=struct(name="one", size=2),
    )
    assert read(plugin.ask("Update", update).properties)["size"] == "2 GB"

    delete = provider_pb2.DeleteRequest(type=THING, name="one", id="one", properties=struct(name="one"))
    plugin.ask("Delete", delete)
    plugin.ask("Delete", delete)
    assert plugin.thing.made == {}


def test_unknown_provider_function_is_refused(plugin: Plugin) -> None:
    """The error names the function that was called, and the known ones."""
    with pytest.raises(
        AbortedError,
        match=r"^aws:index/getRegion:getRegion: unknown provider function: the embedded cloud knows none$",
    ):
        plugin.ask("Invoke", provider_pb2.InvokeRequest(tok="aws:index/getRegion:getRegion"))
