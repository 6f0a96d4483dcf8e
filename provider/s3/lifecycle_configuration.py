"""What becomes of a bucket's objects in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, override

from provider.base import Properties
from provider.s3.companion import Companion
from provider.shapes import block, told

RULE = {
    "id": "ID",
    "status": "Status",
    "filter": "Filter",
    "transitions": "Transitions",
    "expiration": "Expiration",
    "abortIncompleteMultipartUpload": "AbortIncompleteMultipartUpload",
}
PARTS = {
    "filter": {"prefix": "Prefix"},
    "transitions": {"days": "Days", "storageClass": "StorageClass"},
    "expiration": {"days": "Days"},
    "abortIncompleteMultipartUpload": {"daysAfterInitiation": "DaysAfterInitiation"},
}
"""The parts of a rule that have parts themselves."""


class BucketLifecycleConfiguration(Companion):
    """The rules, all of them; the embedded cloud keeps them and acts on none."""

    token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    inputs = frozenset({"bucket", "rules"})
    noun, removal = "bucket_lifecycle_configuration", "delete_bucket_lifecycle"
    missing = "NoSuchLifecycleConfiguration"

    @override
    def arguments(self, inputs: Properties) -> Properties:
        return {"LifecycleConfiguration": {"Rules": [_rule(rule) for rule in inputs["rules"]]}}

    @override
    def properties(self, answer: Mapping[str, Any], known: Mapping[str, Any]) -> Properties:
        return {"rules": [_told_rule(rule) for rule in answer["Rules"]]}


def _rule(rule: Properties) -> Properties:
    given = block(rule, RULE)
    return given | {RULE[key]: _each(block, rule[key], names) for key, names in PARTS.items() if key in rule}


def _told_rule(answer: Mapping[str, Any]) -> Properties:
    rule = told(answer, RULE)
    return rule | {key: _each(told, rule[key], names) for key, names in PARTS.items() if key in rule}


def _each(translate: Any, value: Any, names: Mapping[str, str]) -> Any:
    """The part translated, or each of its items where it is a list."""
    if isinstance(value, list):
        return [translate(item, names) for item in cast("list[Any]", value)]
    return translate(value, names)
