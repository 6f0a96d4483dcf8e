"""Applies the program to the embedded cloud: what differs is touched, what is undeclared goes."""

from __future__ import annotations

import asyncio
import hashlib
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import resource_pb2

from local.driver import program
from local.driver.stack import Stack, StackError
from local.driver.state import Resource, State, StateError
from local.machine.errors import LocalError
from provider.base import Properties, ProviderError
from provider.cloud import Cloud
from provider.provider import Provider, is_archive

STACK = "local"
Kind = Literal["create", "update", "replace", "delete", "same"]


class DriverError(LocalError):
    """The program could not be applied; the text is for the person who ran it."""


@dataclass(frozen=True)
class Change:
    """What became of one resource.

    Attributes:
        seconds: how long it took.
        properties: the inputs that differed.
    """

    urn: str
    kind: Kind
    seconds: float = 0.0
    properties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """What an apply did.

    Attributes:
        outputs: the stack's outputs, as `pulumi stack output --json` gives them.
        changes: one a resource.
        seconds: how long it took in all.
    """

    outputs: dict[str, Any]
    changes: list[Change]
    seconds: float


Report = Callable[[Change], None]


def apply(root: Path, cloud: Cloud, state: Path, overrides: Mapping[str, Any], report: Report) -> Result:
    """Run the program under `root` and make the cloud what it declares.

    It may be called once a process: Python and Pulumi keep what the program imported and registered.

    Raises:
        DriverError: for a broken config, program or resource. What was done until then is on record, and
            the next apply goes on from there.
    """
    started = time.monotonic()
    try:
        stack = Stack.load(root, STACK, overrides).at(cloud.endpoint, cloud.region)
        steps = Steps(Provider.of(cloud, stack.naming), State(state), report)
        steps.recover()
        outputs = program.run(root, stack, Monitor(steps))
        steps.clear_away()
    except (StackError, StateError, ProviderError, pulumi.RunError) as error:
        raise DriverError(str(error)) from error
    except Exception as error:
        raise DriverError(_where(error, root)) from error
    return Result(outputs, steps.changes, time.monotonic() - started)


class Steps:
    """Decides what each declared resource needs, does it, and keeps the record."""

    def __init__(self, provider: Provider, state: State, report: Report) -> None:
        self.provider = provider
        self.state = state
        self.changes: list[Change] = []
        self._report = report
        self._declared: set[str] = set()

    def recover(self) -> None:
        """Remove what a run that was cut off may have made without a record, and read what moved."""
        for urn, resource in list(self.state.pending.items()):
            made = self.provider.find(resource.type, resource.name, resource.inputs)
            if made:
                self.provider.delete(resource.type, resource.name, made, resource.inputs)
            self.state.abandon(urn)
        if self.state.endpoint not in ("", self.provider.cloud.endpoint):
            self._read_all()
        self.state.endpoint = self.provider.cloud.endpoint

    def register(self, urn: str, goal: Resource) -> tuple[str, Properties]:
        """Make the resource what the program declares; answer its id and its properties."""
        started = time.monotonic()
        self._declared.add(urn)
        kind, changed = self._step(urn, goal)
        self._say(Change(urn, kind, time.monotonic() - started, changed))
        # An archive is no output: the SDK goes on with the one that the program gave.
        properties = {**goal.inputs, **goal.outputs}
        return goal.id, {key: value for key, value in properties.items() if not is_archive(value)}

    def clear_away(self) -> None:
        """Delete what was replaced and what is no longer declared, dependents first.

        Raises:
            ProviderError: for a resource that is protected; then nothing is deleted.
        """
        gone = [urn for urn in self.state.resources if urn not in self._declared]
        for urn in gone:
            if self.state.resources[urn].protect:
                raise ProviderError(f"{urn}: no longer declared, and protected")
        for resource in reversed(self.state.doomed.copy()):
            self._delete(resource)
            self.state.buried(resource)
        for urn in _dependents_first(gone, self.state.resources):
            started = time.monotonic()
            self._delete(self.state.resources[urn])
            self.state.forget(urn)
            self._say(Change(urn, "delete", time.monotonic() - started))
        self.state.save()

    def _step(self, urn: str, goal: Resource) -> tuple[Kind, tuple[str, ...]]:
        old, declared = self.state.resources.get(urn), goal.inputs
        goal.inputs = self.provider.check(goal.type, goal.name, declared, old.inputs if old else None)
        if old is None:
            self._create(urn, goal)
            return "create", ()
        diff = self.provider.diff(goal.type, old.inputs, goal.inputs)
        if diff.replaces:
            goal.inputs = self.provider.check(goal.type, goal.name, declared, None)
            self._replace(urn, old, goal)
            return "replace", diff.replaces
        goal.id, goal.outputs = old.id, old.outputs
        if diff.changed:
            goal.outputs = self.provider.update(goal.type, goal.name, old.id, old.inputs, goal.inputs)
            self.state.finish(urn, goal)
            return "update", diff.changed
        self.state.resources[urn] = goal  # Its dependencies may differ: saved with the next step.
        return "same", ()

    def _create(self, urn: str, goal: Resource, replaced: Resource | None = None) -> None:
        self.state.begin(urn, goal)
        goal.id, goal.outputs = self.provider.create(goal.type, goal.name, goal.inputs)
        self.state.finish(urn, goal, replaced)

    def _replace(self, urn: str, old: Resource, goal: Resource) -> None:
        """Make the new one first, unless the old one holds its place."""
        if old.protect:
            raise ProviderError(f"{urn}: would be replaced, and is protected")
        if self.provider.find(goal.type, goal.name, goal.inputs) == old.id:
            self._delete(old)
            self.state.forget(urn)
            self._create(urn, goal)
        else:
            self._create(urn, goal, replaced=old)

    def _delete(self, resource: Resource) -> None:
        known = {**resource.inputs, **resource.outputs}
        self.provider.delete(resource.type, resource.name, resource.id, known)

    def _read_all(self) -> None:
        """Read every resource anew: the cloud's address stands in outputs, and it has another."""
        for urn, resource in list(self.state.resources.items()):
            known = {**resource.inputs, **resource.outputs}
            outputs = self.provider.read(resource.type, resource.name, resource.id, known)
            if outputs is None:
                self.state.forget(urn)
            else:
                resource.outputs = outputs

    def _say(self, change: Change) -> None:
        self.changes.append(change)
        self._report(change)


class Monitor(MockMonitor):
    """Pulumi's resource monitor, answered by the steps above instead of an engine."""

    def __init__(self, steps: Steps) -> None:
        super().__init__(program.NoMocks())
        self._steps = steps

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        """Make a resource what the program declares."""
        urn = self.make_urn(request.parent, request.type, request.name)
        if not request.custom:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        inputs: Properties = rpc.deserialize_properties(request.object)
        goal = Resource(
            type=request.type,
            name=request.name,
            id="",
            inputs=_plain(inputs),
            outputs={},
            dependencies=sorted({*request.dependencies, *filter(None, [request.parent])}),
            protect=request.protect,
        )
        resource_id, properties = self._steps.register(urn, goal)
        found = asyncio.get_event_loop().run_until_complete(rpc.serialize_properties(properties, {}))
        return resource_pb2.RegisterResourceResponse(urn=urn, id=resource_id, object=found)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        """Components' outputs interest nobody here."""
        del request
        return empty_pb2.Empty()


def _where(error: Exception, root: Path) -> str:
    """What went wrong in the program, and on which line of it."""
    what = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError):  # It tells its own place.
        return what
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _is_program(Path(frame.filename), root)]
    # A mistake in the wiring is seen where it is wired, wherever it was noticed.
    wired = [frame for frame in own if Path(frame.filename) == root / "__main__.py"]
    place = next((f"{Path(f.filename).relative_to(root)}:{f.lineno}: " for f in [*wired[-1:], *own[-1:]]), "")
    return place + what


def _is_program(file: Path, root: Path) -> bool:
    return file.is_relative_to(root) and file.relative_to(root).parts[0] not in ("local", ".venv")


def _plain(value: Any) -> Any:
    """Inputs as the provider takes them: archives by path and hash, no secrets' wrapping."""
    if isinstance(value, pulumi.FileArchive):
        path = Path(value.path)
        return {"archive": {"path": str(path), "hash": hashlib.sha256(path.read_bytes()).hexdigest()}}
    if rpc.is_rpc_secret(value):
        return _plain(rpc.unwrap_rpc_secret(value))
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in cast("Properties", value).items()}
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[Any]", value)]
    # Protobuf knows no integers.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _dependents_first(urns: Iterable[str], resources: Mapping[str, Resource]) -> list[str]:
    """The URNs in an order in which nothing goes before what depends on it."""
    left = set(urns)
    ordered: list[str] = []

    def visit(urn: str) -> None:
        left.discard(urn)
        for other in sorted(left):
            if other in left and urn in resources[other].dependencies:
                visit(other)
        ordered.append(urn)

    for urn in sorted(left):
        if urn in left:
            visit(urn)
    return ordered
