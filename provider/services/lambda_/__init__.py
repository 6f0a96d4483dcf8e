"""Lambda: functions, layers, permissions and event sources."""

from __future__ import annotations

from provider.service import Service, Tags

SERVICE = Service("lambda", "ResourceNotFoundException", Tags(arn="Resource", read="list_tags", pair=None))
