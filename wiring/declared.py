"""The declarations of a domain: scopes, routes, tables and event types.

They are data, which documents, tools and unit tests read without Pulumi.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import ModuleType

import wiring
from components.access import Access
from components.table_spec import TableSpec

FALLBACK = "$default"
"""The route key of requests that no other route matches; it is not part of the API's document."""


@dataclass(frozen=True)
class Route:
    """A route of the HTTP API.

    Attributes:
        function: the handler's module below `handlers`, such as `users.create`.
        access: who may call the route.
    """

    function: str
    access: Access

    @property
    def handler(self) -> str:
        """The handler, such as `handlers.users.create:handler`."""
        return entry_point(self.function)


@dataclass(frozen=True)
class Declared:
    """The declarations of one domain, or of all domains together.

    Attributes:
        scopes: OAuth scopes with their descriptions in Cognito.
        routes: routes by route key, such as `POST /users`.
        tables: tables by logical name.
        events: the event types that the domain publishes, of `handlers/events/catalogue.py`.
    """

    scopes: Mapping[str, str] = field(default_factory=dict[str, str])
    routes: Mapping[str, Route] = field(default_factory=dict[str, Route])
    tables: Mapping[str, TableSpec] = field(default_factory=dict[str, TableSpec])
    events: tuple[str, ...] = ()


def entry_point(function: str) -> str:
    """Return the handler of a module: `users.create` is `handlers.users.create:handler`."""
    return f"handlers.{function}:handler"


def union(*domains: ModuleType) -> Declared:
    """Return the declarations of all domains, in the given order.

    Raises:
        ValueError: if two domains declare the same scope, route, table or event type.
    """
    declared = [(domain.__name__, each) for domain in domains if (each := getattr(domain, "DECLARED", None))]
    for kind in (each.name for each in fields(Declared)):
        owners: dict[str, str] = {}
        for domain, each in declared:
            for key in getattr(each, kind):
                if key in owners:
                    raise ValueError(f"{owners[key]} and {domain} both declare {kind} {key!r}")
                owners[key] = domain
    return Declared(
        scopes={key: value for _, each in declared for key, value in each.scopes.items()},
        routes={key: value for _, each in declared for key, value in each.routes.items()},
        tables={key: value for _, each in declared for key, value in each.tables.items()},
        events=tuple(event for _, each in declared for event in each.events),
    )


def every() -> Declared:
    """Return the declarations of all modules in this package, for tools and tests."""
    names = sorted(module.name for module in pkgutil.iter_modules(wiring.__path__))
    return union(*(importlib.import_module(f"wiring.{name}") for name in names if name != "platform"))
