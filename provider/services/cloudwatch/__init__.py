"""CloudWatch: metric alarms. Log groups and streams are in `provider.services.logs`."""

from __future__ import annotations

from provider.service import Service, Tags

SERVICE = Service("cloudwatch", "ResourceNotFound", Tags(arn="ResourceARN"))
