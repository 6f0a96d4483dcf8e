"""Route 53: public hosted zones and their records."""

from __future__ import annotations

from provider.service import Service

SERVICE = Service("route53", "NoSuchHostedZone")
