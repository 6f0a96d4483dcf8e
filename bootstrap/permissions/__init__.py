"""IAM actions for each resource type, by layer, and the permissions boundary of a stack's roles."""

from __future__ import annotations

from bootstrap.permissions.access import STACK_NAMES, Access, Scope
from bootstrap.permissions.ceiling import ceiling, denied
from bootstrap.permissions.compute import COMPUTE, ROLES
from bootstrap.permissions.data import DATA
from bootstrap.permissions.events import EVENTS
from bootstrap.permissions.front import FRONT
from bootstrap.permissions.mail import MAIL
from bootstrap.permissions.site import SITE
from components.iam import Grant

__all__ = ["LAYERS", "ROLES", "STACK_NAMES", "Scope", "ceiling", "denied", "platform"]

LAYERS: dict[str, tuple[Access, ...]] = {
    "compute": COMPUTE,
    "data": DATA,
    "events": EVENTS,
    "front": FRONT,
    "mail": MAIL,
    "site": SITE,
}
"""The access to every resource type that the platform declares, by layer."""


def platform(scope: Scope, *, write: bool = False) -> dict[str, list[Grant]]:
    """Return the grants to read the scope's resources, and with `write` to deploy them, by layer."""
    return {
        layer: [grant for access in accesses for grant in access.grants(scope, write=write)]
        for layer, accesses in LAYERS.items()
    }
