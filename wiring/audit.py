"""Audit: a durable record of every event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.catalogue import ALL_EVENTS

if TYPE_CHECKING:
    from wiring.platform import Platform


def wire(platform: Platform) -> None:
    """Create the delivery stream, its bucket, and the consumer that fills it."""
    from components.audit import Audit

    audit = Audit("audit", platform.access_logs, platform.runtime)
    platform.consume("audit", "audit.record", ALL_EVENTS, audit.use(), queue="audit-events")
    platform.export(auditBucket=audit.bucket_name)
