"""Permissions on key-value stores by their ARN, as IAM evaluates them; the emulator evaluates `*`.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_cloudfront-keyvaluestore.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from ministack.core import iam_actions

from local.emulator.extensions.patch import replace
from provider.cloud import KEY_VALUE_STORE

STORE = re.compile(r"/key-value-stores/(arn:aws:cloudfront::\d{12}:key-value-store/[^/]+)")

actions: Any = iam_actions
"""Typed as Any: the emulator is untyped."""

_resource: Callable[..., str] = actions.extract_resource_arn


def install() -> None:
    """Replace the emulator's function that finds the resource of a request."""
    replace(actions, "extract_resource_arn", resource)


def resource(service: str, method: str, path: str, *request: Any) -> str:
    """Return the ARN of a request's resource, or `*`. Has the signature of the emulator's function."""
    found = STORE.match(unquote(path)) if service == KEY_VALUE_STORE else None
    return found[1] if found else _resource(service, method, path, *request)
