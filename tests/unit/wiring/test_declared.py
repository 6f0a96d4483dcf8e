"""What domains declare: the union of all, and that reading it needs no Pulumi."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import wiring
from components.access import Public
from components.table_spec import TableSpec
from wiring.declared import Declared, Route, entry_point, union

ROOT = Path(__file__).parents[3]
SCRIPT = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
RESOURCES = {"foundation", "platform"}
"""The modules that import Pulumi: every other module is data until `wire` is called."""
ROUTE = Route("orders.create", Public("a test"))


def domain(name: str, **declared: Any) -> ModuleType:
    """Return the wiring module of a domain."""
    module = ModuleType(f"wiring.{name}")
    if declared:
        module.__dict__["DECLARED"] = Declared(**declared)
    return module


def modules() -> list[str]:
    """Return the modules of `wiring` that must not import Pulumi."""
    return sorted({module.name for module in pkgutil.iter_modules(wiring.__path__)} - RESOURCES)


def test_union_has_the_declarations_of_all_domains_in_order() -> None:
    """A module that declares nothing adds nothing."""
    spec = TableSpec(key="id")
    users = domain("users", scopes={"users/read": "Read users"}, events=("user.created",))
    orders = domain("orders", routes={"POST /orders": ROUTE}, tables={"orders": spec}, events=("order.sent",))

    assert union(users, domain("events"), orders) == Declared(
        scopes={"users/read": "Read users"},
        routes={"POST /orders": ROUTE},
        tables={"orders": spec},
        events=("user.created", "order.sent"),
    )


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        ({"scopes": {"orders/read": "Read orders"}}, "scopes 'orders/read'"),
        ({"routes": {"POST /orders": ROUTE}}, "routes 'POST /orders'"),
        ({"tables": {"orders": TableSpec(key="id")}}, "tables 'orders'"),
        ({"events": ("order.sent",)}, "events 'order.sent'"),
    ],
)
def test_two_domains_that_declare_the_same_are_rejected(declared: dict[str, Any], name: str) -> None:
    """The error names both modules and the duplicate."""
    other = domain("other", scopes={"other/read": "Read others"})

    with pytest.raises(ValueError, match=f"^wiring.orders and wiring.shop both declare {name}$"):
        union(domain("orders", **declared), other, domain("shop", **declared))


def test_handler_of_a_route_is_the_function_s_entry_point() -> None:
    """A function is named by its module below `handlers`."""
    assert (ROUTE.handler, entry_point("users.create")) == (
        "handlers.orders.create:handler",
        "handlers.users.create:handler",
    )


@pytest.mark.parametrize("module", modules())
def test_import_of_a_domain_loads_no_pulumi(module: str) -> None:
    """In a fresh interpreter, its declarations need neither Pulumi nor an AWS SDK."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, f"wiring.{module}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert {"pulumi", "pulumi_aws", "boto3", "botocore"} & set(json.loads(done.stdout)) == set()
