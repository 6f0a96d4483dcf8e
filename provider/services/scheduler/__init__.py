"""EventBridge Scheduler: schedules."""

from __future__ import annotations

from provider.service import Service

SERVICE = Service("scheduler", "ResourceNotFoundException")
