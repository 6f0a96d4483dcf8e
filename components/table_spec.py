"""The shape of a DynamoDB table as data. Imports no Pulumi: unit tests build their tables from it too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from components import limits


@dataclass(frozen=True)
class Index:
    """A global secondary index that projects every attribute.

    Attributes:
        key: the partition key's attribute.
        sort: the sort key's attribute, if the index has one.

    Raises:
        ValueError: for attributes that DynamoDB would reject.
    """

    key: str
    sort: str | None = None

    def __post_init__(self) -> None:
        _require_keys("index", self.keys)

    @property
    def keys(self) -> tuple[str, ...]:
        """The key attributes: the partition key first."""
        return (self.key, self.sort) if self.sort else (self.key,)


@dataclass(frozen=True)
class TableSpec:
    """A table's keys, indexes, time to live and stream. Key attributes are strings.

    Attributes:
        key: the partition key's attribute.
        sort: the sort key's attribute, if the table has one.
        indexes: global secondary indexes by name.
        ttl: the attribute that holds an item's expiry time, in epoch seconds.
        stream: whether the table streams its changes, with the item before and after.

    Raises:
        ValueError: for attributes, names or a number of indexes that DynamoDB would reject.
    """

    key: str
    sort: str | None = None
    indexes: Mapping[str, Index] = field(default_factory=dict[str, Index])
    ttl: str | None = None
    stream: bool = False

    def __post_init__(self) -> None:
        _require_keys("table", self.keys)
        limits.INDEXES.check("table", "indexes", len(self.indexes))
        for name in self.indexes:
            if not limits.INDEX_NAME.fullmatch(name):
                raise ValueError(f"index {name!r}: expected {limits.INDEX_NAME.pattern}")
        if self.ttl in self.attributes:
            raise ValueError(f"table: ttl {self.ttl!r}: expected an attribute that is not a key")

    @property
    def keys(self) -> tuple[str, ...]:
        """The key attributes: the partition key first."""
        return (self.key, self.sort) if self.sort else (self.key,)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Every attribute that is part of a key, sorted."""
        indexed = (name for index in self.indexes.values() for name in index.keys)
        return tuple(sorted({*self.keys, *indexed}))


def _require_keys(who: str, keys: tuple[str, ...]) -> None:
    for key in keys:
        limits.ATTRIBUTE_BYTES.check(who, f"attribute {key!r} of bytes", len(key.encode()))
    if len(set(keys)) < len(keys):
        raise ValueError(f"{who}: sort {keys[0]!r}: expected another attribute than the key")


def table_variable(name: str) -> str:
    """The environment variable that holds a table's physical name: `users` is in `USERS_TABLE`."""
    return f"{name.upper().replace('-', '_')}_TABLE"
