"""The cloud that the plugin serves: the embedded one on this machine, never an AWS account."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from provider.base import ProviderError
from provider.cloud import Cloud

PROOF = "STRATA_EMBEDDED_CLOUD"
"""The environment variable with the embedded cloud's address for a stack without `aws:endpoints`.

The tests set it to run the program with the stacks `dev` and `prod`.
"""

LOOPBACK = ("127.0.0.1", "localhost")
KNOWN = ("endpoints", "region", "version")


def target(config: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Cloud:
    """Return the embedded cloud at the address in the provider's config or the environment.

    Args:
        config: the provider's config from the engine, with lists and objects as JSON text.
        environment: the process's environment variables.

    Raises:
        ProviderError: if neither contains a single address on this machine.
    """
    unknown = sorted(config.keys() - set(KNOWN))
    if unknown:
        raise ProviderError(
            f"aws:{unknown[0]}: the embedded cloud does not support this setting: "
            f"expected some of {', '.join(f'aws:{key}' for key in KNOWN)}"
        )
    given = config.get("endpoints")
    addresses = {environment.get(PROOF)} if given is None else _addresses(given)
    if len(addresses) != 1 or not _is_local(address := next(iter(addresses))):
        raise ProviderError(_refusal(given))
    return Cloud(cast("str", address).rstrip("/"), config.get("region") or "us-east-1")


def _addresses(given: Any) -> set[Any]:
    """Return the addresses of all services; empty if the setting has another form."""
    try:
        services: Any = json.loads(given) if isinstance(given, str) else given
        return {address for names in services for address in names.values()}
    except (ValueError, TypeError, AttributeError):
        return set()


def _is_local(address: Any) -> bool:
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme == "http" and parts.hostname in LOOPBACK and bool(parts.port)
    except ValueError:
        return False


def _refusal(given: Any) -> str:
    got = "no aws:endpoints" if given is None else f"aws:endpoints {given!r}"
    return (
        f"this stack has {got}, but the plugin pulumi-resource-aws that Pulumi found is the embedded "
        "cloud's, not AWS's: it serves only stacks whose aws:endpoints set every service to one "
        "http://127.0.0.1:PORT. "
        "To deploy to AWS, unset PULUMI_HOME, remove .local from PATH, and run pulumi again"
    )
