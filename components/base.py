"""What every component shares: its type token, its children's options, its tags."""

from __future__ import annotations

from typing import Any

import pulumi


class Component(pulumi.ComponentResource):
    """A layer of the platform: declares resources, knows nothing of who runs them.

    Attributes:
        name: the component's name; its children's names derive from it and never change for looks.
        tags: what every child that takes tags carries.
    """

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(f"strata:components:{type(self).__name__}", name, {}, opts)
        self.name = name
        self.tags = {"project": pulumi.get_project(), "stack": pulumi.get_stack(), "component": name}

    def child(self, **options: Any) -> pulumi.ResourceOptions:
        """The options of a child resource."""
        return pulumi.ResourceOptions(parent=self, **options)
