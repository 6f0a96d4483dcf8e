"""What the driver decides for each declared resource, and what it leaves on record."""

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
    """The URN of a thing."""
    return f"urn:pulumi:local::strata::{TOKEN}::{name}"


def goal(called: str, /, *needs: str, protect: bool = False, **inputs: Any) -> Resource:
    """A thing as the program declares it."""
    return Resource(TOKEN, called, "", inputs, {}, [urn(need) for need in needs], protect)


class Runs:
    """Runs of a program against one thing-cloud and one state file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.thing = Thing()

    def apply(self, *goals: Resource, endpoint: str = "http://127.0.0.1:1") -> dict[str, str]:
        """Declare the goals; answer what became of each, by name."""
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
        """What the cloud holds: the value of each thing by the name without its suffix."""
        return {name.rpartition("-")[0]: held.get("value") for name, held in self.thing.held.items()}


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Runs that begin with nothing."""
    return Runs(tmp_path / "state.json")


def test_an_unchanged_program_touches_nothing(runs: Runs) -> None:
    """The second run calls neither create nor update nor delete, and writes no file."""
    runs.apply(goal("a", value=1), goal("b", "a", value=2))
    written = runs.path.stat().st_mtime_ns

    assert runs.apply(goal("a", value=1), goal("b", "a", value=2)) == {"a": "same", "b": "same"}
    assert runs.thing.calls == []
    assert runs.path.stat().st_mtime_ns == written


def test_only_what_differs_is_updated(runs: Runs) -> None:
    """One changed input updates one resource, under the name that it has."""
    runs.apply(goal("a", value=1), goal("b", value=2))
    names = set(runs.thing.held)

    assert runs.apply(goal("a", value=1), goal("b", value=3)) == {"a": "same", "b": "update"}
    assert set(runs.thing.held) == names
    assert runs.values == {"strata-local-a": 1, "strata-local-b": 3}


def test_a_replacement_is_made_before_the_old_one_goes(runs: Runs) -> None:
    """A changed key makes a new resource under a new name, and then deletes the old one."""
    runs.apply(goal("a", key="k1"))
    (old,) = runs.thing.held

    assert runs.apply(goal("a", key="k2")) == {"a": "replace"}
    (new,) = runs.thing.held
    assert new != old
    assert runs.thing.calls == [("create", new), ("delete", old)]


def test_a_replacement_under_the_same_name_waits_for_the_old_one_to_go(runs: Runs) -> None:
    """What the program names itself cannot stand twice."""
    runs.apply(goal("a", name="fixed", key="k1"))

    assert runs.apply(goal("a", name="fixed", key="k2")) == {"a": "replace"}
    assert runs.thing.calls == [("delete", "fixed"), ("create", "fixed")]


def test_what_is_no_longer_declared_goes_dependents_first(runs: Runs) -> None:
    """Nothing is deleted before what depends on it."""
    runs.apply(goal("a"), goal("b", "a"), goal("c", "b"), goal("d"))

    assert runs.apply(goal("d")) == {"d": "same", "a": "delete", "b": "delete", "c": "delete"}
    assert [name.split("-")[2] for call, name in runs.thing.calls] == ["c", "b", "a"]


def test_a_protected_resource_is_never_deleted(runs: Runs) -> None:
    """Neither it nor anything else goes when a protected resource would have to."""
    runs.apply(goal("a", protect=True), goal("b"))

    with pytest.raises(ProviderError, match="a: no longer declared, and protected"):
        runs.apply()
    assert set(runs.values) == {"strata-local-a", "strata-local-b"}


def test_a_protected_resource_is_never_replaced(runs: Runs) -> None:
    """A change that would replace it stops the run."""
    runs.apply(goal("a", key="k1", protect=True))

    with pytest.raises(ProviderError, match="a: would be replaced, and is protected"):
        runs.apply(goal("a", key="k2", protect=True))
    assert len(runs.thing.held) == 1


def test_a_run_cut_off_after_a_creation_leaves_no_orphan(runs: Runs) -> None:
    """What was made and not recorded is found and removed before the next run makes it anew."""
    runs.thing.fail_after_create = "strata-local-b"
    with pytest.raises(CutOffError):
        runs.apply(goal("a", value=1), goal("b", value=2))
    (orphan,) = (name for name in runs.thing.held if name.startswith("strata-local-b"))
    runs.thing.fail_after_create = None

    assert runs.apply(goal("a", value=1), goal("b", value=2)) == {"a": "same", "b": "create"}
    assert runs.values == {"strata-local-a": 1, "strata-local-b": 2}
    assert orphan not in runs.thing.held


def test_a_cloud_that_moved_is_read_anew(runs: Runs) -> None:
    """Outputs that carry the cloud's address follow it, without a change to any resource."""
    runs.apply(goal("a"))

    assert runs.apply(goal("a"), endpoint="http://127.0.0.1:2") == {"a": "same"}
    (resource,) = State(runs.path).resources.values()
    assert resource.outputs["arn"] == f"http://127.0.0.1:2/{resource.id}"


def test_the_record_is_for_its_owner_alone(runs: Runs) -> None:
    """Outputs may hold a client's secret."""
    runs.apply(goal("a"))

    assert runs.path.stat().st_mode & 0o777 == 0o600
