"""Reading of the stack's config: `namespace:key` to text, with objects as JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from settings.checks import LOOPBACK
from settings.messages import NAMESPACE, SettingsError, one_of, problem

OTHER_NAMESPACES = ("aws", "pulumi")
"""Namespaces of the provider and of Pulumi, which the program does not check."""


def own_keys(config: Mapping[str, str], sections: Collection[str]) -> dict[str, Any]:
    """Return the values of the program's namespace, with sections as objects.

    Raises:
        SettingsError: for an unknown namespace, or a section that is not an object.
    """
    given: dict[str, Any] = {}
    for full, text in config.items():
        namespace, _, key = full.partition(":")
        if namespace == NAMESPACE:
            given[key] = _object(key, text) if key in sections else text
        elif namespace not in OTHER_NAMESPACES:
            expectation = f"namespace {one_of(namespace, (NAMESPACE, *OTHER_NAMESPACES))}"
            raise SettingsError([problem(key, text, expectation, namespace=namespace)])
    return given


def endpoint(config: Mapping[str, str]) -> str | None:
    """Return the loopback address that every service in `aws:endpoints` has; None on AWS.

    Raises:
        SettingsError: if services have other or different addresses.
    """
    text = config.get("aws:endpoints")
    if text is None:
        return None
    try:
        addresses: set[str] = {url for services in json.loads(text) for url in services.values()}
        (address,) = addresses
        host = urlsplit(address).hostname
    except (ValueError, AttributeError, TypeError):
        address, host = text, None
    if host not in LOOPBACK:
        expectation = "expected one loopback address for every service: AWS itself needs no endpoints"
        raise SettingsError([problem("endpoints", address, expectation, namespace="aws")])
    return address


def merged(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the defaults, overridden by the given values key by key at every depth."""
    result = dict(defaults)
    for key, value in given.items():
        default = result.get(key)
        both = isinstance(default, Mapping) and isinstance(value, Mapping)
        result[key] = merged(cast("Any", default), cast("Any", value)) if both else value
    return result


def _object(key: str, text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if not isinstance(value, dict):
        raise SettingsError([problem(key, value, "expected an object of settings")])
    return cast("Any", value)
