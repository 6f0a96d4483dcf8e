"""The layers that domains share: key, alarms, runtime, bus, sign-in, API and two tables."""

from __future__ import annotations

from components.api import Api
from components.auth import Auth
from components.data import Table
from components.events import EventBus
from components.key import Key
from components.runtime import Runtime
from components.table_spec import TableSpec
from components.topic import Topic
from handlers.events.catalogue import SOURCES
from settings import Settings
from wiring.declared import Declared, entry_point
from wiring.platform import Platform

DECLARED = Declared(
    tables={
        "idempotency": TableSpec(key="key", ttl="expiresAt"),
        "effects": TableSpec(key="id", ttl="expiresAt"),
    }
)


def build(settings: Settings, declared: Declared) -> Platform:
    """Create the shared layers; sign-in gets the scopes and the API the routes of all domains."""
    key = Key("topics", settings)
    alarms = Topic("alarms", key, publishers=["cloudwatch.amazonaws.com"])
    for address in settings.alarms.emails:
        alarms.subscribe_email(address)
    runtime = Runtime("runtime", alarms.arn, settings)
    access = {route_key: route.access for route_key, route in declared.routes.items()}
    auth = Auth("auth", declared.scopes, entry_point("auth.pre_token"), runtime)
    bus = EventBus("events", SOURCES, runtime)
    platform = Platform(
        settings=settings,
        declared=declared,
        key=key,
        alarms=alarms,
        runtime=runtime,
        bus=bus,
        auth=auth,
        api=Api("api", access, auth, runtime),
        idempotency=Table("idempotency", DECLARED.tables["idempotency"], settings),
        effects=Table("effects", DECLARED.tables["effects"], settings),
    )
    platform.export(
        userPoolId=auth.pool_id,
        clientId=auth.client_id,
        machineClients=auth.machine_clients,
        issuer=auth.issuer,
        loginUrl=auth.login_url,
        eventBus=bus.bus_name,
        eventArchive=bus.archive_arn,
    )
    return platform
