"""IAM: roles and their policies."""

from __future__ import annotations

from provider.service import Service, Tags

SERVICE = Service("iam", "NoSuchEntity", Tags(arn="", read="", write="tag_role", remove="untag_role"))
