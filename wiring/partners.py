"""Partners: companies that send events with a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.access import Custom
from components.table_spec import TableSpec
from wiring.declared import Declared, Route, entry_point

if TYPE_CHECKING:
    from wiring.platform import Platform

AUTHORIZER = "partners"
CACHE_SECONDS = 60
"""How long the gateway caches an authorizer's result: a revoked key may remain valid that long."""

DECLARED = Declared(
    routes={"POST /partners/{partner}/events": Route("partners.accept", Custom(AUTHORIZER))},
    tables={"partners": TableSpec(key="partner", sort="keyId")},
    events=("order.placed", "contact.changed"),
)


def wire(platform: Platform) -> None:
    """Create the table of keys, the authorizer and the function that publishes."""
    (partners,) = platform.tables(DECLARED)
    platform.api.authorizer(
        AUTHORIZER,
        entry_point("partners.authorize"),
        cache_seconds=CACHE_SECONDS,
        uses=[partners.use("GetItem")],
    )
    platform.route("partners.accept", platform.publish(DECLARED))
    platform.export(partnersTable=partners.table_name)
