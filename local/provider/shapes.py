"""Between Pulumi's shapes and AWS's: names, the case of keys, tags, policy documents, "not found"."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from local.provider.base import Properties, ProviderError


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


def _rekey(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {change(key): _rekey(entry, change) for key, entry in cast("Properties", value).items()}
    if isinstance(value, list):
        return [_rekey(item, change) for item in cast("list[Any]", value)]
    return value
