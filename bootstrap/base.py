"""Base class of the bootstrap's components."""

from components.base import BaseComponent


class BootstrapComponent(BaseComponent):
    """A component of the bootstrap program; the provider's default tags apply to its children."""

    namespace = "bootstrap"
