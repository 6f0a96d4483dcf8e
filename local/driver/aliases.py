"""The URNs that a resource had before, by its own aliases and by those of the components around it."""

from __future__ import annotations

from typing import Any

STACK = "pulumi:pulumi:Stack"


class Aliases:
    """The aliases of every resource of a run.

    A resource inherits the aliases of its parent, as in the Pulumi engine: if the parent had another URN, the
    resource had another one too, also with another name if its name begins with the parent's.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, urn: str, request: Any) -> tuple[str, ...]:
        """Return the aliases of a resource that a `RegisterResourceRequest` declares, after its parent."""
        own = tuple(map(_in_monitor_form, request.aliasURNs))
        inherited = [
            _inherited(each, request.parent, alias)
            for alias in self._known.get(request.parent, ())
            for each in (urn, *own)
        ]
        found = tuple(dict.fromkeys((*own, *inherited)))
        self._known[urn] = found
        return found


def _inherited(urn: str, parent: str, alias: str) -> str:
    """Return the URN that a resource had while its parent had the alias."""
    *scope, types, name = urn.split("::", 3)
    *_, alias_types, alias_name = alias.split("::", 3)
    parent_name = parent.split("::", 3)[3]
    former = alias_name + name.removeprefix(parent_name) if name.startswith(parent_name) else name
    return "::".join([*scope, f"{_own_type(alias_types)}${_own_type(types)}", former])


def _in_monitor_form(urn: str) -> str:
    """Return an alias in the form of the monitor's URNs, which contain the type of one parent.

    The engine's URNs contain the types of all parents except the stack.
    """
    *scope, types, name = urn.split("::", 3)
    *_, parent, own = [STACK, *types.split("$")]
    return "::".join([*scope, f"{parent}${own}", name])


def _own_type(types: str) -> str:
    return types.rpartition("$")[2]
