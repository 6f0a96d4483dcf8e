"""Conversions between Pulumi's values and AWS's: keys, domain names, JSON documents, policies, "not found".

The names of single inputs are in `provider.fields`, tags in `provider.service`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from provider.base import Properties

NEVER_SET = frozenset({"events:source", "ses:FromAddress"})
"""Condition keys that AWS sets on a request and the embedded cloud does not."""

WITHOUT_RESOURCE = frozenset({"ses:SendEmail", "ses:SendTemplatedEmail"})
"""Actions that the embedded cloud authorizes on the resource `*` only."""


def pascal(value: Any) -> Any:
    """Return the value with every key, at any depth, in PascalCase; not for maps whose keys are data."""
    return _rekey(value, lambda key: key[:1].upper() + key[1:])


def camel(value: Any) -> Any:
    """Return the value with every key, at any depth, in camelCase; not for maps whose keys are data."""
    return _rekey(value, lambda key: key[:1].lower() + key[1:])


def domain_name(name: str) -> str:
    """Return a domain name in lower case and without a final dot, as AWS compares names."""
    return name.lower().removesuffix(".")


def document(found: str | dict[str, Any], known: str | None) -> str:
    """Return a JSON document as text: the `known` text if it means the same as the one `found`."""
    meaning = json.loads(found) if isinstance(found, str) else found
    if known and json.loads(known) == meaning:
        return known
    return found if isinstance(found, str) else json.dumps(found)


def for_loopback(policy: str) -> str:
    """Return the policy in a form that the embedded cloud can enforce.

    - A statement that denies plain HTTP is left out unless it has other conditions: clients use plain HTTP on
      loopback, and the statement would deny all of them.
    - A condition of an Allow statement on a key in `NEVER_SET` is left out: it would never match.
    - The resource of an action in `WITHOUT_RESOURCE` becomes `*`.
    """
    rules: Any = json.loads(policy)
    stated: Any = rules.get("Statement", [])
    # IAM accepts a single statement without a list.
    statements: list[Any] = [stated] if isinstance(stated, dict) else stated
    kept = [_enforceable(statement) for statement in statements if not _denies_plain_http(statement)]
    return policy if kept == statements else json.dumps({**rules, "Statement": kept})


def policy_document(found: str | dict[str, Any], known: str | None) -> str:
    """Return a policy as text: the `known` text if `for_loopback` makes the policy `found` of it."""
    if known and document(found, for_loopback(known)) == for_loopback(known):
        return known
    return document(found, known)


def unless_gone(operation: Callable[..., Any], *codes: str, **parameters: Any) -> Any:
    """Call the operation and return its response; None when AWS returns one of these error codes.

    For example `unless_gone(iam.get_role, "NoSuchEntity", RoleName=name)`.

    Raises:
        ClientError: for any other error code.
    """
    # A late import: a run without changes calls nothing, and botocore is slow to import.
    from botocore.exceptions import ClientError

    try:
        return operation(**parameters)
    except ClientError as error:
        response: Any = error.response
        if response["Error"]["Code"] not in codes:
            raise
        return None


def _enforceable(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the statement without the conditions and resources that the embedded cloud cannot match."""
    if statement.get("Effect") != "Allow":
        return statement
    conditions: Mapping[str, Mapping[str, Any]] = statement.get("Condition", {})
    set_keys = {
        operator: {key: value for key, value in keys.items() if key not in NEVER_SET}
        for operator, keys in conditions.items()
    }
    kept = {operator: keys for operator, keys in set_keys.items() if keys}
    rest = {key: value for key, value in statement.items() if key != "Condition"}
    if WITHOUT_RESOURCE.issuperset(statement.get("Action", ())) and "Resource" in rest:
        rest["Resource"] = ["*"]
    return {**rest, "Condition": kept} if kept else rest


def _denies_plain_http(statement: Mapping[str, Any]) -> bool:
    condition: Any = statement.get("Condition")
    plain = [{"Bool": {"aws:SecureTransport": value}} for value in ("false", False, ["false"])]
    return statement.get("Effect") == "Deny" and condition in plain


def _rekey(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {change(key): _rekey(entry, change) for key, entry in cast("Properties", value).items()}
    if isinstance(value, list):
        return [_rekey(item, change) for item in cast("list[Any]", value)]
    return value
