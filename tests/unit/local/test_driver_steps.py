"""The driver's steps for declared resources, and its state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local.driver.changes import Change
from local.driver.state import Resource, State
from local.driver.steps import Steps
from provider.base import ProviderError
from tests.unit.local.fake import TOKEN, CutOffError, Thing, provider


def urn(name: str) -> str:
    """Return the URN of a thing."""
    return f"urn:pulumi:local::strata::{TOKEN}::{name}"


def goal(called: str, /, *needs: str, protect: bool = False, **inputs: Any) -> Resource:
    """Return a thing as the program declares it."""
    return Resource(TOKEN, called, "", inputs, {}, [urn(need) for need in needs], protect)


class Runs:
    """Runs of a program with one in-memory cloud and one state file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.thing = Thing()

    def apply(self, *goals: Resource, endpoint: str = "http://127.0.0.1:1") -> dict[str, str]:
        """Apply the goals, and return the kind of each change by name."""
        self.thing.calls.clear()
        changes: list[Change] = []
        steps = Steps(provider(self.thing, endpoint), State(self.path), changes.append)
        steps.recover()
        for item in goals:
            steps.register(urn(item.name), item)
        steps.delete_undeclared()
        return {change.urn.rpartition("::")[2]: change.kind for change in changes}

    @property
    def values(self) -> dict[str, Any]:
        """The value of each existing thing, by name without suffix."""
        return {name.rpartition("-")[0]: held.get("value") for name, held in self.thing.held.items()}


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Runs with an empty cloud."""
    return Runs(tmp_path / "state.json")


def test_unchanged_program_makes_no_calls(runs: Runs) -> None:
    """A second run makes no API call and writes no file."""
    runs.apply(goal("a", value=1), goal("b", "a", value=2))
    written = runs.path.stat().st_mtime_ns

    assert runs.apply(goal("a", value=1), goal("b", "a", value=2)) == {"a": "same", "b": "same"}
    assert runs.thing.calls == []
    assert runs.path.stat().st_mtime_ns == written


def test_only_changed_resources_are_updated(runs: Runs) -> None:
    """One changed input updates one resource, which keeps its name."""
    runs.apply(goal("a", value=1), goal("b", value=2))
    names = set(runs.thing.held)

    assert runs.apply(goal("a", value=1), goal("b", value=3)) == {"a": "same", "b": "update"}
    assert set(runs.thing.held) == names
    assert runs.values == {"strata-local-a": 1, "strata-local-b": 3}


def test_replacement_is_created_before_the_old_resource_is_deleted(runs: Runs) -> None:
    """A changed key creates a resource with a new name, and then deletes the old one."""
    runs.apply(goal("a", key="k1"))
    (old,) = runs.thing.held

    assert runs.apply(goal("a", key="k2")) == {"a": "replace"}
    (new,) = runs.thing.held
    assert new != old
    assert runs.thing.calls == [("create", new), ("delete", old)]


def test_replacement_with_the_same_name_is_created_after_the_deletion(runs: Runs) -> None:
    """Two resources cannot have the same fixed name."""
    runs.apply(goal("a", name="fixed", key="k1"))

    assert runs.apply(goal("a", name="fixed", key="k2")) == {"a": "replace"}
    assert runs.thing.calls == [("delete", "fixed"), ("create", "fixed")]


def test_undeclared_resources_are_deleted_dependents_first(runs: Runs) -> None:
    """A resource is deleted after its dependents."""
    runs.apply(goal("a"), goal("b", "a"), goal("c", "b"), goal("d"))

    assert runs.apply(goal("d")) == {"d": "same", "a": "delete", "b": "delete", "c": "delete"}
    assert [name.split("-")[2] for call, name in runs.thing.calls] == ["c", "b", "a"]


def test_protected_resource_is_not_deleted(runs: Runs) -> None:
    """If a protected resource is no longer declared, nothing is deleted."""
    runs.apply(goal("a", protect=True), goal("b"))

    with pytest.raises(ProviderError, match="a: is no longer declared, but protected"):
        runs.apply()
    assert set(runs.values) == {"strata-local-a", "strata-local-b"}


def test_protected_resource_is_not_replaced(runs: Runs) -> None:
    """A change that requires its replacement fails the run."""
    runs.apply(goal("a", key="k1", protect=True))

    with pytest.raises(ProviderError, match="a: must be replaced, but is protected"):
        runs.apply(goal("a", key="k2", protect=True))
    assert len(runs.thing.held) == 1


def test_interrupted_creation_leaves_no_orphan(runs: Runs) -> None:
    """The next run deletes the unrecorded resource and creates it again."""
    runs.thing.fail_after_create = "strata-local-b"
    with pytest.raises(CutOffError):
        runs.apply(goal("a", value=1), goal("b", value=2))
    (orphan,) = (name for name in runs.thing.held if name.startswith("strata-local-b"))
    runs.thing.fail_after_create = None

    assert runs.apply(goal("a", value=1), goal("b", value=2)) == {"a": "same", "b": "create"}
    assert runs.values == {"strata-local-a": 1, "strata-local-b": 2}
    assert orphan not in runs.thing.held


def test_resources_are_read_again_at_a_new_address(runs: Runs) -> None:
    """Outputs contain the new address, and no resource changes."""
    runs.apply(goal("a"))

    assert runs.apply(goal("a"), endpoint="http://127.0.0.1:2") == {"a": "same"}
    (resource,) = State(runs.path).resources.values()
    assert resource.outputs["arn"] == f"http://127.0.0.1:2/{resource.id}"


def test_state_is_readable_by_its_owner_only(runs: Runs) -> None:
    """The file has mode 0600, because outputs may contain a client's secret."""
    runs.apply(goal("a"))

    assert runs.path.stat().st_mode & 0o777 == 0o600
