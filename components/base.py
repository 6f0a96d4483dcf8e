"""Base classes of components: type token, child options and tags."""

from __future__ import annotations

import inspect
import os
import re
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.settings import get_root_resource

from components import limits


class BaseComponent(pulumi.ComponentResource):
    """A component of one namespace, with the type token `strata:<namespace>:<class>`.

    Attributes:
        namespace: the namespace of the type token; set by a subclass.
        name: the component's name; the names of its children derive from it, and renaming replaces them.
    """

    namespace: ClassVar[str]

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        # An Output formatted into a string is an error. Without this, the string is a sentence about Outputs.
        # Set here, because every program has components, and the SDK reads it at each use.
        os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "true"
        super().__init__(f"strata:{self.namespace}:{type(self).__name__}", name, {}, opts)
        self.name = name

    def child(self, *, protect: bool = False, **options: Any) -> pulumi.ResourceOptions:
        """Return the options of a child resource.

        Args:
            protect: whether the child is protected from deletion; if not, it is protected like the component.
                Pulumi inherits an option only if it is None: False would override the component's True.
            options: other options of `pulumi.ResourceOptions`.
        """
        return pulumi.ResourceOptions(parent=self, protect=protect or None, **options)


class Component(BaseComponent):
    """A layer of the platform.

    Attributes:
        name_limit: the most characters that AWS allows in the names of its resources; set by a subclass.
        name_pattern: the characters that AWS allows in them.
        tags: the tags of every child that supports tags.

    Raises:
        ValueError: for a name that AWS would reject, or that another component of the class has.
    """

    namespace = "components"
    name_limit: ClassVar[int | None] = None
    name_pattern: ClassVar[re.Pattern[str]] = limits.NAME

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        self.tags = {"project": pulumi.get_project(), "stack": pulumi.get_stack(), "component": name}
        who = f"{described(type(self))} {name}"
        limits.check_name(
            who,
            name,
            self.name_limit,
            project=self.tags["project"],
            stack=self.tags["stack"],
            allowed=self.name_pattern,
        )
        claim(who)
        super().__init__(name, opts)


def described(component: type[Component]) -> str:
    """Return the words of a component's class name: `dead letter queue` for `DeadLetterQueue`."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", component.__name__).lower()


_declared: WeakKeyDictionary[pulumi.Resource, dict[str, str]] = WeakKeyDictionary()
"""Where each name of a program was declared, by the program's root resource."""


def claim(who: str) -> None:
    """Reserve a name, such as `table orders`, in the running program.

    Raises:
        ValueError: if the program has declared it before, with both places.
    """
    root = get_root_resource()
    if root is None:
        return
    here = _place()
    before = _declared.setdefault(root, {}).setdefault(who, here)
    if before is not here:
        raise ValueError(f"{who}: declared twice: at {before}, and at {here}")


def _place() -> str:
    """Return the two nearest lines outside this package that led here, such as `wiring/users.py:62`."""
    frame = inspect.currentframe()
    places: list[str] = []
    while frame and len(places) < 2:
        path = Path(frame.f_code.co_filename)
        if Path(__file__).parent not in path.parents:
            places.append(f"{path.parent.name}/{path.name}:{frame.f_lineno}")
        frame = frame.f_back
    return " from ".join(places)
