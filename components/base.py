"""Base classes of components: type token, child options and tags."""

from __future__ import annotations

from typing import Any, ClassVar

import pulumi


class BaseComponent(pulumi.ComponentResource):
    """A component of one namespace, with the type token `strata:<namespace>:<class>`.

    Attributes:
        namespace: the namespace of the type token; set by a subclass.
        name: the component's name; the names of its children derive from it, and renaming replaces them.
    """

    namespace: ClassVar[str]

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
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
        tags: the tags of every child that supports tags.
    """

    namespace = "components"

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.tags = {"project": pulumi.get_project(), "stack": pulumi.get_stack(), "component": name}
