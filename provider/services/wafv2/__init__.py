"""WAF: web ACLs, which the embedded cloud stores and does not apply."""

from __future__ import annotations

from provider.service import Service, Tags

TAGS = Tags(arn="ResourceARN", member="TagList")
SERVICE = Service("wafv2", "WAFNonexistentItemException", TAGS)
