"""The base of every component: its type token, the options of its children, its tags."""

from __future__ import annotations

from typing import Any

import pulumi


class Component(pulumi.ComponentResource):
    """A layer of the platform. It declares resources and does not know what runs them.

    Attributes:
        name: the component's name; the names of its children derive from it, and renaming replaces them.
        tags: the tags of every child that supports tags.
    """

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(f"strata:components:{type(self).__name__}", name, {}, opts)
        self.name = name
        self.tags = {"project": pulumi.get_project(), "stack": pulumi.get_stack(), "component": name}

    def child(self, **options: Any) -> pulumi.ResourceOptions:
        """Return the options of a child resource."""
        return pulumi.ResourceOptions(parent=self, **options)
