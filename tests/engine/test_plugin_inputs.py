"""How the plugin checks and compares inputs, for a provider in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from local.plugin.properties import read
from local.plugin.servicer import DEFAULTS
from provider.base import Properties
from tests.engine.memory import PLACE, THING, UNKNOWN, Plugin


def test_missing_name_becomes_the_name_that_the_engine_proposes(plugin: Plugin) -> None:
    """The name has the type's suffix and is listed among the defaults."""
    checked = read(plugin.check({"size": 1}).inputs)

    assert checked == {"size": 1, "name": "proposed.x", DEFAULTS: ["name"]}


@pytest.mark.parametrize(
    ("news", "olds", "name"),
    [
        ({"name": "mine"}, None, "mine"),
        ({}, {"name": "before.x", DEFAULTS: ["name"]}, "before.x"),
        ({"name": "mine"}, {"name": "before.x", DEFAULTS: ["name"]}, "mine"),
    ],
)
def test_given_or_previous_name_is_kept(
    plugin: Plugin, news: Properties, olds: Properties | None, name: str
) -> None:
    """The program's name has priority over the previous one, and that over a new one."""
    assert read(plugin.check(news, olds).inputs)["name"] == name


@pytest.mark.parametrize(
    ("news", "naming", "reason"),
    [
        ({}, {"proposed_name": "n" * 19}, "has 21 characters, and AWS takes 20"),
        ({}, {"mode": 2, "proposed_name": ""}, "pulumi:autonaming is disabled"),
        ({"colour": "red"}, {}, "does not know the input colour"),
    ],
)
def test_invalid_inputs_fail_the_check(
    plugin: Plugin, news: Properties, naming: Mapping[str, Any], reason: str
) -> None:
    """A name that is too long, a missing name and an unknown input are errors that name the resource."""
    (failure,) = plugin.check(news, **naming).failures

    assert failure.reason.startswith((f"{THING} one: ", "one: "))
    assert reason in failure.reason


def test_unknown_type_fails_the_check(plugin: Plugin) -> None:
    """The error names the type and the nearest known one."""
    (failure,) = plugin.check({}, token="aws:test/thong:Thong").failures

    assert failure.reason == (
        f"aws:test/thong:Thong: the embedded cloud does not know this resource type; nearest is {THING}"
    )


def test_diff_lists_each_changed_input(plugin: Plugin) -> None:
    """Added, changed and removed inputs are listed; the list of defaults is not compared."""
    old = {"name": "one", "size": 1, "note": "a", DEFAULTS: ["name"]}
    diff = plugin.diff(old, {"name": "one", "size": 2, "kind": "new"})

    kinds = provider_pb2.PropertyDiff.Kind
    assert {key: kinds.Name(each.kind) for key, each in diff.detailedDiff.items()} == {
        "kind": "ADD_REPLACE",
        "note": "DELETE",
        "size": "UPDATE",
    }
    assert (list(diff.replaces), list(diff.diffs)) == (["kind"], ["kind", "note", "size"])
    assert diff.changes == provider_pb2.DiffResponse.DIFF_SOME


def test_diff_has_the_path_of_each_member_that_differs(plugin: Plugin) -> None:
    """The engine compares the paths with the option `replace_on_changes`."""
    old = {"note": {"a": 1, "b.c": 1, "same": {}, "list": [1, {"x": 1}]}, "size": UNKNOWN}
    new = {"note": {"b.c": 2, "same": {}, "list": [1, {"x": 2}, 3], "type": {}}, "size": 1}
    kinds = provider_pb2.PropertyDiff.Kind

    assert {key: kinds.Name(each.kind) for key, each in plugin.diff(old, new).detailedDiff.items()} == {
        "note.a": "DELETE",
        'note["b.c"]': "UPDATE",
        "note.list[1].x": "UPDATE",
        "note.list[2]": "ADD",
        "note.type": "ADD",
        "size": "UPDATE",
    }


def test_equal_inputs_are_not_a_difference(plugin: Plugin) -> None:
    """Archives are equal if their hashes are, whatever their paths."""
    old = {"note": {"archive": {"path": "/old.zip", "hash": "00"}}, DEFAULTS: []}
    new = {"note": {"archive": {"path": "/new.zip", "hash": "00"}}, DEFAULTS: ["name"]}

    assert plugin.diff(old, new).changes == provider_pb2.DiffResponse.DIFF_NONE


@pytest.mark.parametrize(
    ("token", "new", "deletes_first"),
    [
        (PLACE, {"name": "one", "kind": "b", DEFAULTS: []}, True),
        (PLACE, {"name": "two", "kind": "b", DEFAULTS: []}, False),
        (PLACE, {"name": "one", "kind": "a", "size": 9, DEFAULTS: []}, False),
        (PLACE, {"name": "one", "kind": UNKNOWN, DEFAULTS: []}, False),
        (THING, {"name": "one", "kind": "b", DEFAULTS: []}, True),
        (THING, {"name": "one", "kind": "b", DEFAULTS: ["name"]}, False),
    ],
)
def test_old_resource_is_deleted_first_if_it_has_the_name_of_the_new_one(
    plugin: Plugin, token: str, new: Properties, deletes_first: bool
) -> None:
    """It is not deleted first if the new one gets another name, or if nothing is replaced."""
    old = {"name": "one", "kind": "a", DEFAULTS: []}
    plugin.create(old, token)

    assert plugin.diff(old, new, token).deleteBeforeReplace is deletes_first
