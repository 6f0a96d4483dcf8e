"""The steps that change the embedded cloud to what the program declares."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping

from local.driver import paths
from local.driver.changes import Change, ChangeKind, Report
from local.driver.options import DEFAULTS, Options
from local.driver.state import Resource, State
from provider.base import Properties, ProviderError
from provider.provider import Provider, file_of


class Steps:
    """Creates, updates, replaces and deletes resources, and records each step in the state."""

    def __init__(self, provider: Provider, state: State, report: Report) -> None:
        self.provider = provider
        self.state = state
        self.changes: list[Change] = []
        self._report = report
        self._declared: set[str] = set()
        self._renamed: dict[str, str] = {}
        self._recreated: set[str] = set()
        self._lock = threading.Lock()

    def recover(self) -> None:
        """Delete resources whose creation was interrupted; read all again if the cloud's address changed."""
        for urn, resource in list(self.state.pending.items()):
            created = self.provider.find(resource.type, resource.name, resource.inputs)
            if created:
                self.provider.delete(resource.type, resource.name, created, resource.inputs)
            self.state.abandon(urn)
        if self.state.endpoint not in ("", self.provider.cloud.endpoint):
            self._read_all()
        self.state.endpoint = self.provider.cloud.endpoint

    def register(self, urn: str, goal: Resource, options: Options = DEFAULTS) -> tuple[str, Properties]:
        """Change a resource to what the program declares; return its id and properties."""
        started = time.monotonic()
        self._declare(urn, options.aliases)
        kind, properties = self._step(urn, goal, options)
        self._complete(Change(urn, kind, time.monotonic() - started, properties))
        # A file is not an output: the SDK keeps the program's own.
        found = {**goal.inputs, **goal.outputs}
        return goal.id, {key: value for key, value in found.items() if not file_of(value)}

    def delete_undeclared(self) -> None:
        """Delete replaced resources and those that are no longer declared, dependents first.

        Raises:
            ProviderError: if one of them is protected; nothing is deleted.
        """
        undeclared = [urn for urn in self.state.resources if urn not in self._declared]
        for urn in undeclared:
            if self.state.resources[urn].protect:
                raise ProviderError(f"{urn}: is no longer declared, but protected")
        for resource in reversed(self.state.pending_delete.copy()):
            self._delete(resource)
            self.state.finish_delete(resource)
        for urn in _dependents_first(undeclared, self.state.resources):
            started = time.monotonic()
            self._delete(self.state.resources[urn])
            self.state.remove(urn)
            self._complete(Change(urn, "delete", time.monotonic() - started))
        self.state.save()

    def _declare(self, urn: str, aliases: Iterable[str]) -> None:
        """Record that a resource is declared, and rename the resource that has one of its aliases."""
        with self._lock:
            self._declared.add(urn)
            if urn in self._renamed:
                raise ProviderError(f"{urn}: is declared, and is an alias of {self._renamed[urn]}")
            for alias in aliases:
                if alias in self._renamed:
                    raise ProviderError(f"{urn}: has the alias {alias}, as {self._renamed[alias]} has")
                known = self.state.resources
                if urn not in known and alias in known and alias not in self._declared:
                    self.state.rename(alias, urn)
                    self._renamed[alias] = urn

    def _step(self, urn: str, goal: Resource, options: Options) -> tuple[ChangeKind, tuple[str, ...]]:
        old = self.state.resources.get(urn)
        for path in options.ignore_changes if old else ():
            goal.inputs = paths.kept(goal.inputs, old.inputs if old else {}, path)
        declared = goal.inputs
        goal.inputs = self.provider.check(goal.type, goal.name, declared, old.inputs if old else None)
        if old is None:
            self._create(urn, goal)
            return "create", ()
        diff = self.provider.diff(goal.type, old.inputs, goal.inputs)
        lost = self._lost(goal.type, options)
        if replaces := lost or diff.replaces or _replacing(diff.changed, old.inputs, goal.inputs, options):
            goal.inputs = self.provider.check(goal.type, goal.name, declared, None)
            self._replace(urn, old, goal, first_delete=bool(lost) or options.delete_before_replace)
            return "replace", replaces
        goal.id, goal.outputs = old.id, old.outputs
        if diff.changed:
            goal.outputs = self.provider.update(goal.type, goal.name, old.id, old.inputs, goal.inputs)
            self.state.finish(urn, goal)
            return "update", diff.changed
        self.state.resources[urn] = goal  # Its dependencies may differ: saved with the next step.
        return "same", ()

    def _lost(self, token: str, options: Options) -> tuple[str, ...]:
        """Return the inputs that identify a deleted resource of which this one was a part.

        Such a resource is created again, as by the engine: a queue under the same name has no policy.
        """
        return tuple(
            name
            for name in sorted(self.provider.types[token].replace_on)
            if options.sources.get(name, frozenset()) & self._recreated
        )

    def _create(self, urn: str, goal: Resource, replaced: Resource | None = None) -> None:
        self.state.begin(urn, goal)
        goal.id, goal.outputs = self.provider.create(goal.type, goal.name, goal.inputs)
        self.state.finish(urn, goal, replaced)

    def _replace(self, urn: str, old: Resource, goal: Resource, *, first_delete: bool) -> None:
        """Create the new resource before the old one is deleted, unless both have the same name."""
        if old.protect and goal.protect:  # The engine allows to unprotect and replace in one run.
            raise ProviderError(f"{urn}: must be replaced, but is protected")
        same_name = self.provider.find(goal.type, goal.name, goal.inputs) == old.id
        if same_name and old.retain:
            raise ProviderError(f"{urn}: must be replaced under the same name, but is retained")
        if same_name or first_delete:
            self._recreated.add(urn)
            self._delete(old)
            self.state.remove(urn)
            self._create(urn, goal)
        else:
            self._create(urn, goal, replaced=old)

    def _delete(self, resource: Resource) -> None:
        """Delete a resource from the cloud, unless it is retained."""
        if resource.retain:
            return
        known = {**resource.inputs, **resource.outputs}
        self.provider.delete(resource.type, resource.name, resource.id, known)

    def _read_all(self) -> None:
        """Read all resources again, because outputs contain the cloud's address."""
        for urn, resource in list(self.state.resources.items()):
            known = {**resource.inputs, **resource.outputs}
            outputs = self.provider.read(resource.type, resource.name, resource.id, known)
            if outputs is None:
                self.state.remove(urn)
            else:
                resource.outputs = outputs

    def _complete(self, change: Change) -> None:
        self.changes.append(change)
        self._report(change)


def _replacing(
    changed: tuple[str, ...], old: Properties, new: Properties, options: Options
) -> tuple[str, ...]:
    """Return the changed inputs that replace the resource because of its option `replace_on_changes`."""
    return tuple(
        name
        for name in changed
        if any(
            path[0] in (name, paths.ANY) and paths.differs(new.get(name), old.get(name), path[1:])
            for path in options.replace_on_changes
        )
    )


def _dependents_first(urns: Iterable[str], resources: Mapping[str, Resource]) -> list[str]:
    """Return the URNs in an order in which each follows its dependents."""
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
