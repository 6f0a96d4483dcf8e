"""Contract cases: a request for each status that an operation declares, kept in the domains' `cases.py`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from handlers.http.operation import Operation
from tests.unit.handlers.api import ROUTES
from tests.unit.handlers.lambda_ import Reply, call, request

FOLDER = Path(__file__).parent
KEYS = {route.handler: route.key for route in ROUTES}
"""The first route of each handler."""

Prepared = Any
"""What `before` returns, such as the id of the user that it created."""


class Case(NamedTuple):
    """A request and the status of its response.

    Attributes:
        function: the handler's module below `handlers`, such as `users.create`.
        status: the expected status.
        given: the arguments of `request`, or a function that returns them for what `before` returned.
        before: prepares the case.
        busy: the DynamoDB operation that is throttled, such as `put_item`; only for 503.
    """

    function: str
    status: int
    given: Mapping[str, Any] | Callable[[Prepared], Mapping[str, Any]]
    before: Callable[[], Prepared] = lambda: None
    busy: str | None = None

    @property
    def handler(self) -> str:
        """The handler, such as `handlers.users.create:handler`."""
        return f"handlers.{self.function}:handler"

    def send(self) -> Reply:
        """Prepare the case and invoke the handler."""
        prepared = self.before()
        arguments = self.given(prepared) if callable(self.given) else self.given
        return call(operation(self.handler), request(**arguments))


def operation(handler: str) -> Operation:
    """Return the operation of a handler."""
    return importlib.import_module(handler.partition(":")[0]).handler


def modules() -> Iterator[ModuleType]:
    """Return the `cases` module of each domain that has one."""
    for path in sorted(FOLDER.glob("*/cases.py")):
        yield importlib.import_module(f"tests.unit.handlers.{path.parent.name}.cases")


def cases() -> list[Case]:
    """Return the cases of every domain."""
    return [case for module in modules() for case in module.CASES]


def covered_elsewhere() -> set[tuple[str, int]]:
    """Return the handlers with statuses that a domain's own tests provoke and compare with the document."""
    return {
        (f"handlers.{function}:handler", status)
        for module in modules()
        for function, statuses in getattr(module, "ELSEWHERE", {}).items()
        for status in statuses
    }
