"""The layers that domains share: key, alarms, runtime, mail, bus, sign-in, API and common tables."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pulumi
from msgspec import inspect

from components.api import Api
from components.auth import Auth
from components.bucket import Bucket, Lifecycle
from components.data import Table
from components.deferred import deferred
from components.events import EventBus
from components.key import Key
from components.mail import Mail
from components.pattern import PLAIN, Shape
from components.runtime import Runtime
from components.table_spec import TableSpec
from components.topic import Topic
from handlers.events.catalogue import CATALOGUE, SOURCES
from handlers.events.event import Metadata
from handlers.notifications.templates import TEMPLATES
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
    """Create the shared layers; sign-in gets the scopes and the API the routes of all domains.

    Raises:
        RunError: if Python removes docstrings, which are the texts of the API's document.
    """
    _require_docstrings()
    key = Key("topics", settings)
    alarms = Topic("alarms", key, publishers=["cloudwatch.amazonaws.com"])
    for address in settings.alarms.emails:
        alarms.subscribe_email(address)
    runtime = Runtime("runtime", alarms.arn, settings)
    mail = Mail("mail", settings.mail.sender, TEMPLATES, key, runtime)
    access = {route_key: route.access for route_key, route in declared.routes.items()}
    # The distribution has the address and needs the API; sign-in needs the address, and the API sign-in.
    address, set_address = deferred()
    auth = Auth("auth", declared.scopes, entry_point("auth.pre_token"), mail, address, runtime)
    bus = EventBus("events", details(), runtime)
    platform = Platform(
        settings=settings,
        declared=declared,
        key=key,
        alarms=alarms,
        runtime=runtime,
        bus=bus,
        mail=mail,
        address=address,
        set_address=set_address,
        auth=auth,
        api=Api("api", access, auth, runtime),
        idempotency=Table("idempotency", DECLARED.tables["idempotency"], settings),
        access_logs=_access_logs(settings),
        effects=Table("effects", DECLARED.tables["effects"], settings),
    )
    _export(platform)
    return platform


def _access_logs(settings: Settings) -> Bucket:
    """Create the bucket that receives the access logs of all other buckets."""
    kept = Lifecycle("", None, settings.functions.log_retention_days)
    return Bucket("access-logs", settings, lifecycle={"logs": kept})


def _export(platform: Platform) -> None:
    """Add the outputs of sign-in and of the bus."""
    auth, bus = platform.auth, platform.bus
    platform.export(
        userPoolId=auth.pool_id,
        clientId=auth.client_id,
        machineClients=auth.machine_clients,
        issuer=auth.issuer,
        loginUrl=auth.login_url,
        eventBus=bus.bus_name,
        eventArchive=bus.archive_arn,
    )


def details() -> Mapping[str, Mapping[str, Shape]]:
    """Return the fields of every event's detail, by source and type, from the catalogue's data."""
    metadata = shape(inspect.type_info(Metadata))
    return {
        source: {
            name: {"metadata": metadata, "data": shape(inspect.type_info(CATALOGUE[name].data))}
            for name in types
        }
        for source, types in SOURCES.items()
    }


def shape(kind: inspect.Type) -> Shape | None:
    """Return the fields that a type has in JSON; a list has those of its items, as in a pattern."""
    match kind:
        case inspect.StructType():
            return {field.encode_name: shape(field.type) for field in kind.fields}
        case inspect.ListType():
            return shape(kind.item_type)
        case inspect.Metadata():
            return shape(kind.type)
        case inspect.UnionType():
            shapes = [shape(each) for each in kind.types if not isinstance(each, inspect.NoneType)]
            return shapes[0] if len(shapes) == 1 else None
        case inspect.StrType() | inspect.IntType() | inspect.FloatType() | inspect.BoolType():
            return PLAIN
        case _:
            return None


def _require_docstrings() -> None:
    if sys.flags.optimize > 1:
        raise pulumi.RunError(
            "Python runs with PYTHONOPTIMIZE=2 or -OO, which removes the texts of the API's document: "
            "unset it, or use the make commands"
        )
