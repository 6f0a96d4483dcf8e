"""CloudFront KeyValueStore: the keys of key-value stores."""

from __future__ import annotations

from provider.service import Service

SERVICE = Service("cloudfront-keyvaluestore", "ResourceNotFoundException")
