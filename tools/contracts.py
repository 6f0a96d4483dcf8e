"""An import contract for the domains in `handlers/`, which it discovers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

ENTRY_POINT = re.compile(r"^(def handler\(|handler\b.*=)", re.MULTILINE)
"""A module that Lambda invokes defines `handler` at its top level."""


class DomainsContract(Contract):
    """Domains do not import each other, and nothing imports an entry point.

    Options:
        package: the package whose children are domains.
        below: children that every domain may import, such as `kit`.
        shared: domains that other domains may import.
    """

    type_name = "domains"

    package = fields.StringField()
    below = fields.SetField(subfield=fields.StringField())
    shared = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - the base's
        """Find every import that the contract forbids."""
        package = str(cast("Any", self.package))
        below, shared = cast("set[str]", self.below), cast("set[str]", self.shared)
        broken: list[str] = []
        for module in sorted(graph.find_descendants(package)):
            for imported in sorted(graph.find_modules_directly_imported_by(module)):
                if not imported.startswith(f"{package}."):
                    continue
                source, target = module.split(".")[1], imported.split(".")[1]
                if is_entry_point(imported):
                    broken.append(f"{module} imports the entry point {imported}")
                elif source != target and not _may_import(source, target, below, shared):
                    broken.append(f"{module} imports {imported}: one domain may not import another")
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each forbidden import."""
        for line in cast("list[str]", check.metadata["broken"]):
            output.print_error(line, bold=False)


def is_entry_point(module: str) -> bool:
    """Return whether a module of this checkout defines a Lambda handler."""
    path = Path(module.replace(".", "/") + ".py")
    return path.is_file() and bool(ENTRY_POINT.search(path.read_text("utf-8")))


def _may_import(source: str, target: str, below: set[str], shared: set[str]) -> bool:
    # The order among those below is a layers contract.
    return target in below or (target in shared and source not in {*below, *shared})
