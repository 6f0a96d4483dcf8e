"""The table of the event catalogue, for docs/events.md."""

from __future__ import annotations

import msgspec

from handlers.events.catalogue import CATALOGUE
from tools.tables.markdown import code, summary, table


def events() -> str:
    """Return the table of event types, each with its source, the fields of its data and its meaning."""
    return table(
        ("type", "source", "`data`", "meaning"),
        (
            (
                code(name),
                code(event.source),
                ", ".join(code(field.encode_name) for field in msgspec.structs.fields(event.data)),
                summary(event.data),
            )
            for name, event in CATALOGUE.items()
        ),
    )
