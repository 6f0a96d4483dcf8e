"""Between Pulumi's shapes and AWS's: names, the case of keys, tags, policy documents, "not found"."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from provider.base import Properties, ProviderError

NEVER_FILLED_IN = frozenset({"cloudwatch:namespace", "events:source", "ses:FromAddress"})
"""Condition keys that AWS knows of a request, and the embedded cloud does not."""

WITHOUT_RESOURCE = frozenset({"ses:SendEmail", "ses:SendTemplatedEmail"})
"""Actions for which the embedded cloud looks for a leave on `*` alone."""


def arguments(inputs: Mapping[str, Any], names: Mapping[str, str]) -> Properties:
    """The inputs that are given, under AWS's names; `names` maps each of Pulumi's to AWS's."""
    return {name: inputs[key] for key, name in names.items() if inputs.get(key) is not None}


def told(answer: Mapping[str, Any], names: Mapping[str, str]) -> Properties:
    """What AWS answered, under Pulumi's names; what the answer leaves out is left out."""
    return {key: answer[name] for key, name in names.items() if answer.get(name) is not None}


def block(value: Mapping[str, Any], names: Mapping[str, str]) -> Properties:
    """The `arguments` of an input's inner keys, a closed set; raises ProviderError for any other key."""
    unknown = sorted(value.keys() - names.keys())
    if unknown:
        raise ProviderError(f"unknown {', '.join(unknown)}; known are {', '.join(sorted(names))}")
    return arguments(value, names)


def pascal(value: Any) -> Any:
    """The value with every key, at any depth, in PascalCase; not for maps whose keys are data."""
    return _rekey(value, lambda key: key[:1].upper() + key[1:])


def camel(value: Any) -> Any:
    """The value with every key, at any depth, in camelCase; not for maps whose keys are data."""
    return _rekey(value, lambda key: key[:1].lower() + key[1:])


def tag_list(tags: Mapping[str, str] | None) -> list[dict[str, str]]:
    """Tags as most of AWS's APIs take them: `[{"Key": ..., "Value": ...}]`."""
    return [{"Key": key, "Value": value} for key, value in (tags or {}).items()]


def tag_map(tags: list[dict[str, str]]) -> dict[str, str]:
    """Tags as Pulumi has them, of AWS's list of keys and values."""
    return {tag["Key"]: tag["Value"] for tag in tags}


def tag_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """What leads from the `tags` of the inputs `old` to those of `new`: tags to set, keys to remove."""
    before: dict[str, str] = old.get("tags") or {}
    after: dict[str, str] = new.get("tags") or {}
    to_set = {key: value for key, value in after.items() if before.get(key) != value}
    return to_set, [key for key in before if key not in after]


def document(found: str | dict[str, Any], known: str | None) -> str:
    """A JSON document as text: the text that is `known` when it means the same as what was `found`."""
    meaning = json.loads(found) if isinstance(found, str) else found
    if known and json.loads(known) == meaning:
        return known
    return found if isinstance(found, str) else json.dumps(found)


def for_loopback(policy: str) -> str:
    """The policy as the embedded cloud can live with it: its statements can all be held.

    It is spoken to over plain HTTP, on loopback alone, and would refuse all calls where that is denied: such
    a statement is left out, unless it has any other condition beside. Nor does it know everything of a
    request that AWS does: a condition of a leave on what it never fills in would never hold, and is left
    out; and where it knows no resource of an action, the leave is given on all.
    """
    rules: Any = json.loads(policy)
    stated: Any = rules.get("Statement", [])
    # IAM takes one statement without a list around it.
    statements: list[Any] = [stated] if isinstance(stated, dict) else stated
    kept = [_resolvable(statement) for statement in statements if not _denies_plain_http(statement)]
    return policy if kept == statements else json.dumps({**rules, "Statement": kept})


def policy_document(found: str | dict[str, Any], known: str | None) -> str:
    """A policy as text: the text that is `known` when what was `found` is what `for_loopback` made of it."""
    if known and document(found, for_loopback(known)) == for_loopback(known):
        return known
    return document(found, known)


def unless_gone(operation: Callable[..., Any], *codes: str, **arguments: Any) -> Any:
    """The operation's answer; None when AWS refuses it with one of these error codes.

    For example `unless_gone(iam.get_role, "NoSuchEntity", RoleName=name)`.
    """
    # Late: a run that changes nothing never asks AWS, and botocore is slow to import.
    from botocore.exceptions import ClientError

    try:
        return operation(**arguments)
    except ClientError as error:
        response: Any = error.response
        if response["Error"]["Code"] not in codes:
            raise
        return None


def _resolvable(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """The statement without conditions on keys that the embedded cloud never fills in."""
    if statement.get("Effect") != "Allow":
        return statement
    conditions: Mapping[str, Mapping[str, Any]] = statement.get("Condition", {})
    known = {
        operator: {key: value for key, value in keys.items() if key not in NEVER_FILLED_IN}
        for operator, keys in conditions.items()
    }
    kept = {operator: keys for operator, keys in known.items() if keys}
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
