"""SNS: topics, topic policies and subscriptions."""

from __future__ import annotations

from provider.service import Service, Tags

SERVICE = Service("sns", "NotFound", Tags())
