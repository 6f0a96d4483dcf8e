"""Every resource type and every lookup of the embedded cloud, by Pulumi's token.

One is registered by its class in a module of `provider.services`; there is no other list.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import NamedTuple

from provider import services
from provider.lookup import Lookup
from provider.resource import Resource


class TypeInfo(NamedTuple):
    """A resource type as documentation and tests describe it.

    Attributes:
        token: Pulumi's type token.
        service: boto3's name of the service.
        arn: the ARN pattern: names of inputs, `region` and `account` in braces, and `id` (the Pulumi ID),
            `suffix` and `version`, which AWS chooses; empty when the type has no ARN.
        summary: the first line of the class's docstring.
    """

    token: str
    service: str
    arn: str
    summary: str


def type_infos() -> list[TypeInfo]:
    """Return a description of every resource type, ordered by token."""
    return [
        TypeInfo(token, kind.service.name, kind.arn, (kind.__doc__ or "").partition("\n")[0])
        for token, kind in sorted(TYPES.items())
    ]


def types_of(service: str) -> list[Resource]:
    """Return the types of a service, by boto3's name of it, ordered by token."""
    return [kind for _, kind in sorted(TYPES.items()) if kind.service.name == service]


def _instances[T](base: type[T]) -> Iterator[T]:
    """Yield an instance of every class in `provider.services` that derives from `base` and has a token."""
    for entry in pkgutil.walk_packages(services.__path__, f"{services.__name__}."):
        for value in vars(importlib.import_module(entry.name)).values():
            own = getattr(value, "__module__", "") == entry.name
            if own and isinstance(value, type) and issubclass(value, base) and hasattr(value, "token"):
                yield value()


TYPES: dict[str, Resource] = {kind.token: kind for kind in _instances(Resource)}
LOOKUPS: dict[str, Lookup] = {each.token: each for each in _instances(Lookup)}
