"""Which cloud the plugin may serve: the embedded one on this machine, and never an account."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from provider.base import ProviderError
from provider.cloud import Cloud

PROOF = "STRATA_EMBEDDED_CLOUD"
"""The environment variable that gives the embedded cloud's address for a stack whose config must not:
what the tests set to run the program of `dev` and `prod`, which have no endpoints by definition."""

LOOPBACK = ("127.0.0.1", "localhost")
KNOWN = ("endpoints", "region", "version")


def target(config: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Cloud:
    """The embedded cloud that the provider's config, or else the environment, names.

    Args:
        config: what the engine gives: a list or an object is JSON text.
        environment: the process's environment variables.

    Raises:
        ProviderError: when neither names one address on this machine; nothing is served then.
    """
    unknown = sorted(config.keys() - set(KNOWN))
    if unknown:
        raise ProviderError(
            f"aws:{unknown[0]}: the embedded cloud does not know this setting: "
            f"expected some of {', '.join(f'aws:{key}' for key in KNOWN)}"
        )
    given = config.get("endpoints")
    addresses = {environment.get(PROOF)} if given is None else _addresses(given)
    if len(addresses) != 1 or not _is_here(address := next(iter(addresses))):
        raise ProviderError(_refusal(given))
    return Cloud(cast("str", address).rstrip("/"), config.get("region") or "us-east-1")


def _addresses(given: Any) -> set[Any]:
    """The addresses of all services; nothing usable where the setting has another form."""
    try:
        services: Any = json.loads(given) if isinstance(given, str) else given
        return {address for names in services for address in names.values()}
    except (ValueError, TypeError, AttributeError):
        return set()


def _is_here(address: Any) -> bool:
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
        f"this stack has {got}, and the pulumi-resource-aws that was found is the embedded cloud's, not "
        "AWS's: it serves only a stack whose aws:endpoints name one http://127.0.0.1:PORT for every service. "
        "For a stack on AWS, leave PULUMI_HOME and PATH without .local and run pulumi again"
    )
