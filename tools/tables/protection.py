"""The table of what a destroy of production does not simply delete, for docs/operations.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tools.graph import Registered
from tools.tables.markdown import code, table
from tools.tables.stacks import graph_of


def protection() -> str:
    """Return the table of the resources of `prod` that stop a destroy, or of which something remains."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in graph_of("prod").resources.values():
        effects = "; ".join(effects_of(item))
        if effects:
            found[item.type, effects].append(item.name)
    return table(
        ("type", "resources", "on destroy"),
        (
            (code(kind), ", ".join(map(code, sorted(names))), effects)
            for (kind, effects), names in sorted(found.items())
        ),
    )


def effects_of(item: Registered) -> Iterator[str]:
    """Yield what a destroy meets at a resource, besides its deletion."""
    inputs = item.inputs
    if item.protect:
        yield "protected by Pulumi"
    if inputs.get("deletionProtectionEnabled") or inputs.get("deletionProtection") == "ACTIVE":
        yield "protected by AWS"
    if inputs.get("forceDestroy") is False:
        yield "not deleted while it has objects"
    if inputs.get("skipDestroy"):
        yield "never deleted"
    days = inputs.get("recoveryWindowInDays") or inputs.get("deletionWindowInDays")
    if days:
        yield f"deleted after {days:g} days"
