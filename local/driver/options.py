"""The resource options that the driver applies. It rejects every other option before it changes anything."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sized
from dataclasses import dataclass, field
from typing import Any, cast

import pulumi

from local.driver import paths

BY_THE_SDK = frozenset({"depends_on", "parent", "transformations"})
"""Options that Pulumi's SDK applies before the driver receives the resource."""

BY_THE_DRIVER = frozenset(
    {
        "additional_secret_outputs",
        "aliases",
        "delete_before_replace",
        "ignore_changes",
        "protect",
        "replace_on_changes",
        "retain_on_delete",
    }
)
"""Options that the driver applies as the Pulumi engine does."""

WITHOUT_EFFECT = frozenset({"hide_diffs", "plugin_download_url", "version"})
"""Options about what the driver does not have: a provider's plugin, and a display of differences."""

EVERY = tuple(name for name in inspect.signature(pulumi.ResourceOptions).parameters if name != "self")
"""The names of all resource options that the SDK has."""


class OptionError(Exception):
    """A resource has an option that the driver cannot apply."""


@dataclass(frozen=True)
class Options:
    """The options of one resource that are not part of its state.

    Attributes:
        aliases: the URNs that the resource had before.
        ignore_changes: the inputs that keep their value.
        replace_on_changes: the inputs whose change replaces the resource, besides those of its type.
        delete_before_replace: whether the old resource is deleted before the new one is created.
        sources: the URNs of the resources whose outputs each input contains.
    """

    aliases: tuple[str, ...] = ()
    ignore_changes: tuple[paths.Path, ...] = ()
    replace_on_changes: tuple[paths.Path, ...] = ()
    delete_before_replace: bool = False
    sources: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    @classmethod
    def of(cls, request: Any, aliases: tuple[str, ...]) -> Options:
        """Return the options of a `RegisterResourceRequest`, with the aliases that it has or inherits."""
        return cls(
            aliases=aliases,
            ignore_changes=tuple(map(paths.parse, request.ignoreChanges)),
            replace_on_changes=tuple(map(paths.parse, request.replaceOnChanges)),
            delete_before_replace=request.deleteBeforeReplace,
            sources={name: frozenset(found.urns) for name, found in request.propertyDependencies.items()},
        )


DEFAULTS = Options()
"""The options of a resource that sets none."""


def check(args: pulumi.ResourceTransformationArgs) -> None:
    """Reject the options of a declared resource that the driver cannot apply.

    As a transformation of the stack, it runs when the program declares the resource: nothing is created yet.

    Raises:
        OptionError: that names the resource and the option.
    """
    resource = f"{args.type_} {args.name}"
    applied = BY_THE_SDK | BY_THE_DRIVER | WITHOUT_EFFECT
    rejected = [name for name in EVERY if name not in applied and _is_set(getattr(args.opts, name))]
    if rejected:
        raise OptionError(f"{resource}: the local driver does not support the option {', '.join(rejected)}")
    for name in ("ignore_changes", "replace_on_changes"):
        for text in getattr(args.opts, name) or ():
            try:
                paths.parse(text)
            except ValueError as error:
                raise OptionError(f"{resource}: {name}: {error}") from None


def _is_set(value: Any) -> bool:
    """Return whether an option has a value; generated code merges options, which leaves empty ones."""
    match value:
        case None:
            return False
        case list() | dict() | str():
            return bool(cast("Sized", value))
        case pulumi.ResourceHookBinding():
            return any(vars(value).values())
        case _:
            return True
