"""CloudFront KeyValueStore: the keys of key-value stores."""

from __future__ import annotations

from provider.cloud import KEY_VALUE_STORE
from provider.service import Service

SERVICE = Service(KEY_VALUE_STORE, "ResourceNotFoundException")
