"""Widgets: an API to create and read them, an event for each new one, and a consumer that confirms it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.access import Jwt
from components.table_spec import TableSpec
from wiring.declared import Declared, Route

if TYPE_CHECKING:
    from wiring.platform import Platform
    from wiring.users import Users

DECLARED = Declared(
    scopes={"widgets/read": "Read widgets", "widgets/write": "Create widgets"},
    routes={
        "POST /widgets": Route("widgets.create", Jwt(("widgets/write",))),
        "GET /widgets/{widgetId}": Route("widgets.read", Jwt(("widgets/read",))),
    },
    tables={"widgets": TableSpec(key="id", stream=True)},
    events=("widget.created",),
)


def wire(platform: Platform, people: Users) -> None:
    """Create the table, its stream, the API's functions and the consumer."""
    (widgets,) = platform.tables(DECLARED)
    platform.route("widgets.create", *people.use_access(), widgets.use("PutItem"))
    platform.route("widgets.read", *people.use_access(), widgets.use("GetItem"))
    platform.stream(widgets, "widgets.publish", platform.publish(DECLARED))
    platform.consume(
        "widgets",
        "widgets.confirm",
        {"source": ["strata.widgets"], "detail-type": list(DECLARED.events)},
        widgets.use("UpdateItem"),
    )
