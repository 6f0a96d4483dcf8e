"""Key-value stores, whose keys are in the service cloudfront-keyvaluestore."""

from __future__ import annotations

from typing import ClassVar

from provider.base import AutoName, Properties
from provider.fields import Fields, Names
from provider.services.cloudfront.versioned import Versioned


class KeyValueStore(Versioned):
    """A key-value store that functions read; its ID is its name."""

    token = "aws:cloudfront/keyValueStore:KeyValueStore"
    noun = "key_value_store"
    read_call = "describe_{noun}"
    member = "KeyValueStore"
    absent = ("EntityNotFound",)
    key: ClassVar[Names] = {"name": "Name"}
    id_format = "{name}"
    fields: ClassVar[Fields] = {"comment": "Comment"}
    inputs = frozenset({*key, *fields, "tags"})
    replace_on = frozenset(key)
    autoname = AutoName("name", 64)
    # AWS puts an ID of its own in place of the name.
    arn = "arn:aws:cloudfront::{account}:key-value-store/{name}"
    defaults: ClassVar[Properties] = {"comment": ""}
