"""EventBridge: event buses, rules, archives and API destinations."""

from __future__ import annotations

from provider.service import Service, Tags

SERVICE = Service("events", "ResourceNotFoundException", Tags(arn="ResourceARN"))
