"""Realtime: events that browsers receive over WebSockets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.access import Jwt
from components.catalogue import ALL_EVENTS
from components.pattern import OR
from components.table_spec import TableSpec
from wiring.declared import Declared, Route, entry_point
from wiring.users import ACCESS_CHANGED

if TYPE_CHECKING:
    from components.data import Table
    from components.pattern import Pattern
    from components.realtime import Realtime
    from wiring.platform import Platform
    from wiring.users import Users

DECLARED = Declared(
    scopes={"events/read": "Receive all events"},
    routes={"POST /realtime/ticket": Route("realtime.ticket", Jwt())},
    tables={
        "tickets": TableSpec(key="ticket", ttl="expiresAt"),
        "connections": TableSpec(key="audience", sort="connectionId", ttl="expiresAt"),
        "feed": TableSpec(key="audience", sort="position", ttl="expiresAt"),
        "session-ends": TableSpec(key="session", ttl="expiresAt"),
    },
)

CLOSING: Pattern = {
    "source": [*ACCESS_CHANGED["source"], "strata.sessions"],
    OR: [*ACCESS_CHANGED[OR], {"detail-type": ["session.ended"]}],
}
"""Matches the events that close connections."""


def wire(platform: Platform, people: Users) -> Realtime:
    """Create the tables, the WebSocket API, its functions, and the consumers of events; return the API.

    One consumer sends events to browsers, the other closes the connections of people who may not act and of
    sessions that have ended.
    """
    tickets, connections, feed, ended = platform.tables(DECLARED)
    platform.route("realtime.ticket", *people.use_access(), tickets.use("PutItem"))
    gateway = _gateway(platform, people, tickets, connections, feed, ended)
    platform.consume(
        "realtime",
        "realtime.push",
        ALL_EVENTS,
        connections.use("Query", "DeleteItem"),
        feed.use("PutItem"),
        platform.once("PutItem", "ConditionCheckItem"),
        gateway.use(),
        queue="realtime-events",
        divides=True,
    )
    platform.consume(
        "realtime-close",
        "realtime.close",
        CLOSING,
        *people.use_access(),
        connections.use("Query", "DeleteItem"),
        ended.use("PutItem"),
        gateway.use("DELETE"),
    )
    platform.export(webSocketUrl=gateway.url)
    return gateway


def _gateway(
    platform: Platform, people: Users, tickets: Table, connections: Table, feed: Table, ended: Table
) -> Realtime:
    """Create the WebSocket API and the functions of its routes."""
    from components import realtime

    gateway = realtime.Realtime(
        "realtime",
        entry_point("realtime.authorizer"),
        platform.runtime,
        uses=[tickets.use("DeleteItem")],
    )
    gateway.route(
        "$connect",
        entry_point("realtime.connect"),
        uses=[*people.use_access(), connections.use("PutItem", "DeleteItem"), ended.use("GetItem")],
    )
    gateway.route("$disconnect", entry_point("realtime.disconnect"), uses=[connections.use("DeleteItem")])
    gateway.route("ping", entry_point("realtime.ping"), uses=[gateway.use()])
    gateway.route("resume", entry_point("realtime.resume"), uses=[feed.use("Query"), gateway.use()])
    gateway.route("$default", entry_point("realtime.unknown"), uses=[gateway.use()])
    gateway.deploy()
    return gateway
