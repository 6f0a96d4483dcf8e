"""Constraints in AWS's models that do not hold for right requests of the suites, each with the reason."""

from __future__ import annotations

from typing import Any

LABEL = r"[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?"

CORRECTIONS: dict[tuple[str, str], dict[str, Any]] = {
    # A custom domain is a name with dots: the model's pattern is that of a prefix of amazoncognito.com.
    # https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolDomain.html
    ("cognito-idp", "DomainType"): {"pattern": rf"{LABEL}(\.{LABEL})*", "max": 253},
    # The embedded cloud's ARNs of key-value stores have the name instead of an id: docs/local.md.
    ("cloudfront", "KeyValueStoreARN"): {"pattern": r"arn:aws:cloudfront::\d{12}:key-value-store/[\w-]+"},
    # The embedded cloud's ids of log deliveries are UUIDs, whose hyphens AWS does not use.
    ("logs", "DeliveryId"): {"pattern": r"[0-9A-Za-z-]+"},
    # The embedded cloud's ARNs of connections have no generated id: docs/local.md.
    ("events", "ConnectionArn"): {"pattern": r"arn:aws:events:[a-z\d\-]+:\d{12}:connection/[.\-_A-Za-z0-9]+"},
}
"""The limits that replace those of a shape, by service and shape."""
