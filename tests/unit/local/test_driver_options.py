"""The resource options of Pulumi: each is applied as the engine does, or rejected before anything changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import register_stack_transformation

from local.driver import options, program
from local.driver.monitor import Monitor
from local.driver.options import OptionError
from local.driver.stack import Stack
from local.driver.state import State
from local.driver.steps import Steps
from provider.base import ProviderError
from tests.unit.local.fake import TOKEN, Thing, provider


class Part(pulumi.CustomResource):
    """A resource of the fake cloud."""

    arn: pulumi.Output[str]

    def __init__(self, logical: str, opts: pulumi.ResourceOptions | None = None, /, **inputs: Any) -> None:
        super().__init__(TOKEN, logical, {**inputs, "arn": None}, opts)


class Group(pulumi.ComponentResource):
    """A component with one resource, whose name derives from the component's."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("strata:test:Group", name, {}, opts)
        Part(f"{name}-part", pulumi.ResourceOptions(parent=self))


class Runs:
    """Runs of programs with one in-memory cloud and one state file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.thing = Thing()
        self.outputs: dict[str, Any] = {}

    def apply(self, declare: Callable[[], object]) -> dict[str, str]:
        """Apply the program that `declare` is, and return the kind of each change by name."""
        self.thing.calls.clear()

        def checked() -> None:
            register_stack_transformation(options.check)
            declare()

        steps = Steps(provider(self.thing), State(self.path), lambda _: None)
        steps.recover()
        self.outputs = program.register(checked, Stack("strata", "local", {}, ""), Monitor(steps))
        steps.delete_undeclared()
        return {change.urn.rpartition("::")[2]: change.kind for change in steps.changes}

    @property
    def calls(self) -> list[str]:
        """The calls of the last run."""
        return [call for call, _ in self.thing.calls]

    @property
    def names(self) -> set[str]:
        """The physical names in the cloud."""
        return set(self.thing.held)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Runs with an empty cloud."""
    return Runs(tmp_path / "state.json")


def opts(**given: Any) -> pulumi.ResourceOptions:
    """Return resource options."""
    return pulumi.ResourceOptions(**given)


def test_every_option_of_the_sdk_is_applied_or_rejected() -> None:
    """An option that a new SDK brings is rejected until the driver applies it."""
    applied = options.BY_THE_SDK | options.BY_THE_DRIVER | options.WITHOUT_EFFECT

    assert applied <= set(options.EVERY)
    assert set(REJECTED) | applied == set(options.EVERY)


REJECTED: dict[str, Any] = {
    "custom_timeouts": pulumi.CustomTimeouts(create="5m"),
    "deleted_with": lambda first: first,
    "env_var_mappings": {"A": "B"},
    "hooks": pulumi.ResourceHookBinding(before_create=["hook"]),
    "id": "abc",
    "import_": "abc",
    "provider": lambda first: first,
    "providers": lambda first: {"aws": first},
    "replace_with": lambda first: [first],
    "replacement_trigger": "abc",
    "state_migrations": [lambda _: None],
    "transforms": [lambda _: None],
    "urn": "urn:pulumi:local::strata::aws:test/thing:Thing::a",
}
"""A value of each rejected option; a function receives another resource."""


@pytest.mark.parametrize(("option", "value"), REJECTED.items())
def test_option_is_rejected_by_name_before_anything_is_created(runs: Runs, option: str, value: Any) -> None:
    """The error names the resource and the option, and the resources before it are not created either."""

    def declare() -> None:
        first = Part("first")
        given = opts()
        setattr(given, option, value(first) if callable(value) else value)
        Part("second", given)

    with pytest.raises(OptionError, match=f"{TOKEN} second: .* does not support the option {option}$"):
        runs.apply(declare)
    assert (runs.names, State(runs.path).pending) == (set(), {})


def test_merged_options_set_nothing(runs: Runs) -> None:
    """Generated code merges the options of a resource with its own."""
    assert runs.apply(lambda: Part("a", pulumi.ResourceOptions.merge(opts(), opts()))) == {"a": "create"}


@pytest.mark.parametrize("option", ["ignore_changes", "replace_on_changes"])
def test_invalid_property_path_is_rejected_before_anything_is_created(runs: Runs, option: str) -> None:
    """The error names the path."""

    def declare() -> None:
        Part("first")
        Part("second", opts(**{option: ["value["]}))

    with pytest.raises(OptionError, match=rf"second: {option}: 'value\[': expected a property path"):
        runs.apply(declare)
    assert runs.names == set()


@pytest.mark.parametrize("option", ["hide_diffs", "plugin_download_url", "version"])
def test_option_about_plugins_and_displays_changes_nothing(runs: Runs, option: str) -> None:
    """The driver has no plugin of a provider, and displays no differences."""
    value = ["value"] if option == "hide_diffs" else "7.0.0"

    assert runs.apply(lambda: Part("a", opts(**{option: value}))) == {"a": "create"}


@pytest.mark.parametrize(
    "alias",
    [
        pulumi.Alias(name="old"),
        f"urn:pulumi:local::strata::{TOKEN}::old",
        f"urn:pulumi:local::strata::pulumi:pulumi:Stack${TOKEN}::old",
    ],
    ids=["name", "urn", "monitor-urn"],
)
def test_renamed_resource_with_an_alias_is_kept(runs: Runs, alias: Any) -> None:
    """It has its new URN in the state and its old physical name in the cloud."""
    runs.apply(lambda: Part("old", value=1))
    before = runs.names

    assert runs.apply(lambda: Part("new", opts(aliases=[alias]), value=1)) == {"new": "same"}
    assert (runs.names, runs.calls) == (before, [])
    assert runs.apply(lambda: Part("new", value=2)) == {"new": "update"}
    assert runs.names == before


def test_resource_in_nested_renamed_components_is_kept(runs: Runs) -> None:
    """Aliases are inherited through every component, and combine with the resource's own."""

    class Outer(pulumi.ComponentResource):
        def __init__(self, name: str, part: str, given: pulumi.ResourceOptions, own: Any = None) -> None:
            super().__init__("strata:test:Outer", name, {}, given)
            inner = pulumi.ComponentResource("strata:test:Inner", f"{name}-inner", {}, opts(parent=self))
            Part(part, opts(parent=inner, aliases=own))

    runs.apply(lambda: Outer("old", "old-inner-part", opts()))
    before = runs.names
    alias = opts(aliases=[pulumi.Alias(name="old")])

    assert runs.apply(lambda: Outer("new", "new-inner-part", alias)) == {"new-inner-part": "same"}
    alias = opts(aliases=[pulumi.Alias(name="new")])
    own = [pulumi.Alias(name="third-inner-part")]
    assert runs.apply(lambda: Outer("third", "other", alias, own)) == {"other": "same"}
    assert runs.names == before


def test_renamed_component_with_an_alias_keeps_its_resources(runs: Runs) -> None:
    """A child inherits the alias of its component, and its name derives from the component's."""
    runs.apply(lambda: Group("old"))
    before = runs.names

    assert runs.apply(lambda: Group("new", opts(aliases=[pulumi.Alias(name="old")]))) == {"new-part": "same"}
    assert runs.names == before


def test_resource_that_moves_into_a_component_is_kept(runs: Runs) -> None:
    """An alias without a parent refers to the resource at the top of the stack."""
    runs.apply(lambda: Part("group-part"))
    before = runs.names

    class Moved(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("strata:test:Group", "group", {})
            moved = pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)
            Part("group-part", opts(parent=self, aliases=[moved]))

    assert runs.apply(Moved) == {"group-part": "same"}
    assert runs.names == before


def test_one_resource_cannot_be_two(runs: Runs) -> None:
    """The engine rejects an alias that two resources have, and an alias that is declared itself."""
    alias = opts(aliases=[pulumi.Alias(name="old")])
    runs.apply(lambda: Part("old"))
    before = runs.names

    with pytest.raises(ProviderError, match=r"has the alias .*::old, as .* has"):
        runs.apply(lambda: (Part("new", alias), Part("other", alias)))
    assert runs.names == before


def test_protected_resource_is_not_deleted(runs: Runs) -> None:
    """A component's protection applies to the resources in it."""
    runs.apply(lambda: Group("group", opts(protect=True)))

    with pytest.raises(ProviderError, match="group-part: is no longer declared, but protected"):
        runs.apply(lambda: None)
    assert len(runs.names) == 1


@pytest.mark.parametrize("declare", [Part, Group])
def test_retained_resource_stays_in_the_cloud(
    runs: Runs, declare: Callable[[str, pulumi.ResourceOptions], object]
) -> None:
    """It leaves the state, and the cloud keeps it; resources in a retained component too."""
    runs.apply(lambda: declare("a", opts(retain_on_delete=True)))
    before = runs.names

    assert set(runs.apply(lambda: None).values()) == {"delete"}
    assert (runs.names, runs.calls) == (before, [])
    assert State(runs.path).resources == {}


def test_replaced_resource_is_retained(runs: Runs) -> None:
    """The replacement is created, and the old resource stays; under a fixed name that is impossible."""
    kept = opts(retain_on_delete=True)
    runs.apply(lambda: Part("a", kept, key="k1"))
    before = runs.names

    assert runs.apply(lambda: Part("a", kept, key="k2")) == {"a": "replace"}
    assert (before < runs.names, runs.calls) == (True, ["create"])

    runs.apply(lambda: Part("b", kept, name="fixed", key="k1"))
    with pytest.raises(ProviderError, match="must be replaced under the same name, but is retained"):
        runs.apply(lambda: Part("b", kept, name="fixed", key="k2"))


@pytest.mark.parametrize(
    ("path", "new", "held"),
    [
        ("value", {"a": 9}, {"a": 1, "b": [1, 2]}),
        ("value.a", {"a": 9, "b": [1, 2]}, {"a": 1, "b": [1, 2]}),
        ('value["a"]', {"a": 9, "b": [3]}, {"a": 1, "b": [3]}),
        ("value.b[0]", {"a": 9, "b": [3, 4]}, {"a": 9, "b": [1, 4]}),
        ("value.b[*]", {"a": 1, "b": [3, 4]}, {"a": 1, "b": [1, 2]}),
        ("value.b", {"a": 9}, {"a": 9, "b": [1, 2]}),
        ("value.c", {"a": 1, "b": [1, 2], "c": 3}, {"a": 1, "b": [1, 2]}),
        ("*", {"a": 9}, {"a": 1, "b": [1, 2]}),
        ("needs", {"a": 9}, {"a": 9}),
    ],
)
def test_ignored_change_keeps_the_old_value(runs: Runs, path: str, new: Any, held: Any) -> None:
    """On an existing resource, the property at the path keeps its value, or stays without one."""
    ignored = opts(ignore_changes=[path])
    runs.apply(lambda: Part("a", ignored, value={"a": 1, "b": [1, 2]}))
    runs.apply(lambda: Part("a", ignored, value=new))

    assert [thing["value"] for thing in runs.thing.held.values()] == [held]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("value", "replace"),
        ("*", "replace"),
        ("value.a", "replace"),
        ("value.b", "update"),
        ("key", "update"),
    ],
)
def test_change_replaces_on_request(runs: Runs, path: str, kind: str) -> None:
    """Only a change at the path replaces the resource."""
    replaced = opts(replace_on_changes=[path])
    runs.apply(lambda: Part("a", replaced, value={"a": 1, "b": 1}))

    assert runs.apply(lambda: Part("a", replaced, value={"a": 2, "b": 1})) == {"a": kind}


def test_replaced_resource_is_deleted_first_on_request(runs: Runs) -> None:
    """By default the replacement exists before the old resource is deleted."""
    runs.apply(lambda: Part("a", key="k1"))
    runs.apply(lambda: Part("a", key="k2"))
    assert runs.calls == ["create", "delete"]

    runs.apply(lambda: Part("a", opts(delete_before_replace=True), key="k3"))
    assert runs.calls == ["delete", "create"]


def test_additional_output_is_secret(runs: Runs) -> None:
    """The program reads the output as a secret, and its exports are plain, as for every secret."""
    declared: list[Part] = []

    def declare() -> None:
        part = Part("a", opts(additional_secret_outputs=["arn"]))
        declared.append(part)
        pulumi.export("arn", part.arn)

    runs.apply(declare)
    secret = [asyncio.run(_is_secret(output)) for output in (declared[0].arn, declared[0].urn)]
    assert secret == [True, False]
    assert runs.outputs == {"arn": f"http://127.0.0.1:1/{next(iter(runs.names))}"}


async def _is_secret(output: pulumi.Output[Any]) -> bool:
    return await output.is_secret()


def test_transforms_of_the_whole_stack_are_rejected(runs: Runs) -> None:
    """They change options and inputs in the engine, which the driver replaces."""

    def declare() -> None:
        Part("first")
        pulumi.runtime.register_resource_transform(lambda _: None)

    with pytest.raises(Exception, match="does not support transforms"):
        runs.apply(declare)
    assert runs.names == set()
