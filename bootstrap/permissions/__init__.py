"""What each resource type takes of AWS, layer by layer, and what a stack's roles may do at most."""

from __future__ import annotations

from bootstrap.permissions.access import NAMED, Access, Scope
from bootstrap.permissions.ceiling import ceiling
from bootstrap.permissions.compute import COMPUTE, ROLES
from bootstrap.permissions.data import DATA
from bootstrap.permissions.events import EVENTS
from bootstrap.permissions.front import FRONT
from bootstrap.permissions.mail import MAIL
from components.iam import Grant

__all__ = ["LAYERS", "NAMED", "ROLES", "Scope", "ceiling", "platform"]

LAYERS: dict[str, tuple[Access, ...]] = {
    "compute": COMPUTE,
    "data": DATA,
    "events": EVENTS,
    "front": FRONT,
    "mail": MAIL,
}
"""Every resource type that the platform declares: a deployment needs these calls and no others."""


def platform(scope: Scope, *, write: bool = False) -> dict[str, list[Grant]]:
    """What it takes, in each layer, to see the scope's resources, or to deploy them."""
    return {
        layer: [grant for access in accesses for grant in access.grants(scope, write=write)]
        for layer, accesses in LAYERS.items()
    }
