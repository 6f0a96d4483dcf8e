"""$default: requests that match no route."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NoReturn

import msgspec

from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.errors import MethodNotAllowed, NotFound

ROUTES = Path(__file__).with_name("routes.json")
"""The API's route keys; the bundler writes them beside this module, and they are not part of the sources."""


class RoutesMissingError(Exception):
    """The function was packaged without the route keys."""


@operation(404, raises=(NotFound, MethodNotAllowed))
def handler(method: str, target: str) -> Response[NoReturn]:
    """Return 405 with `Allow` for a path whose routes have other methods, and 404 for any other path."""
    methods = sorted(_methods(target))
    if methods and method not in methods:
        raise MethodNotAllowed(methods)
    raise NotFound("no route has this method and path; see GET /openapi.json for all routes")


def _methods(target: str) -> Iterator[str]:
    """Yield the methods of the routes whose path matches."""
    for key in _route_keys():
        method, _, path = key.partition(" ")
        if re.fullmatch(_pattern(path), target):
            yield method


def _pattern(path: str) -> str:
    """Return the regular expression of a route's path: `{name}` matches one segment, `{name+}` several."""
    parts = re.split(r"\{(.+?)\}", path)
    parts[::2] = map(re.escape, parts[::2])
    parts[1::2] = [".+" if name.endswith("+") else "[^/]+" for name in parts[1::2]]
    return "".join(parts)


@cache
def _route_keys() -> list[str]:
    try:
        return msgspec.json.decode(ROUTES.read_bytes(), type=list[str])
    except FileNotFoundError:
        raise RoutesMissingError(f"{ROUTES} is not in the bundle: package it with the function") from None
