"""The shape of a DynamoDB table as data. Imports no Pulumi: unit tests build their tables from it too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Index:
    """A global secondary index that projects every attribute.

    Attributes:
        key: the partition key's attribute.
        sort: the sort key's attribute, if the index has one.
    """

    key: str
    sort: str | None = None

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
    """

    key: str
    sort: str | None = None
    indexes: Mapping[str, Index] = field(default_factory=dict[str, Index])
    ttl: str | None = None
    stream: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The key attributes: the partition key first."""
        return (self.key, self.sort) if self.sort else (self.key,)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Every attribute that is part of a key, sorted."""
        indexed = (name for index in self.indexes.values() for name in index.keys)
        return tuple(sorted({*self.keys, *indexed}))


def table_variable(name: str) -> str:
    """The environment variable that holds a table's physical name: `users` is in `USERS_TABLE`."""
    return f"{name.upper().replace('-', '_')}_TABLE"
