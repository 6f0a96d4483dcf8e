"""The table of the provider's resource types, for docs/local.md."""

from __future__ import annotations

from provider.registry import type_infos
from tools.tables.markdown import code, table


def provider() -> str:
    """Return the table of every resource type that the embedded cloud can create."""
    return table(
        ("type", "service", "resource"),
        ((code(info.token), info.service, info.summary) for info in type_infos()),
    )
