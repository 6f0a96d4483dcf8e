"""The data layer: DynamoDB tables, and grants on them by verb."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.iam import Grant
from settings import Settings

Verb = Literal["ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"]
VERBS = get_args(Verb)


@dataclass(frozen=True)
class Index:
    """A global secondary index that carries every attribute; `sort` orders what shares a `key`."""

    key: str
    sort: str | None = None


class Table(Component):
    """A DynamoDB table: on demand, encrypted, kept as its environment class demands.

    Args:
        key: the partition key's attribute; keys are strings.
        sort: the sort key's attribute.
        indexes: global secondary indexes by name.
        ttl: the attribute that holds when an item expires, in epoch seconds.
        stream: whether changes are streamed, with the item before and after.

    Attributes:
        table_name: the physical name.
        arn: the table's ARN.
        stream_arn: the stream's ARN; only with `stream`.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        key: str,
        sort: str | None = None,
        indexes: Mapping[str, Index] | None = None,
        ttl: str | None = None,
        stream: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.indexes = dict(indexes or {})
        keys = [key, sort, *(part for index in self.indexes.values() for part in (index.key, index.sort))]
        table = aws.dynamodb.Table(
            name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=key,
            range_key=sort,
            attributes=[{"name": key, "type": "S"} for key in sorted({key for key in keys if key})],
            global_secondary_indexes=[_index(name, index) for name, index in self.indexes.items()],
            ttl={"attribute_name": ttl, "enabled": True} if ttl else None,
            stream_enabled=stream,
            stream_view_type="NEW_AND_OLD_IMAGES" if stream else None,
            point_in_time_recovery={"enabled": settings.data.point_in_time_recovery},
            server_side_encryption={"enabled": True},
            deletion_protection_enabled=settings.data.deletion_protection,
            tags=self.tags,
            opts=self.child(protect=settings.production),
        )
        self.table_name = table.name
        self.arn = table.arn
        self.stream_arn = table.stream_arn
        self.register_outputs({"tableName": table.name, "arn": table.arn})

    def grant(self, *verbs: Verb, index: str | None = None) -> Grant:
        """Leave to do `verbs` (`GetItem`, `Query`, …) on the items, or on those of one index.

        A transaction needs the verbs of its parts: IAM knows no TransactWriteItems.

        Raises:
            ValueError: for an index that the table does not have, or a verb that DynamoDB does not.
        """
        strangers = [verb for verb in verbs if verb not in VERBS]
        if strangers:
            raise ValueError(f"table {self.name}: no verb {strangers[0]!r}: expected some of {list(VERBS)}")
        if index is not None and index not in self.indexes:
            raise ValueError(f"table {self.name}: no index {index!r}: expected one of {sorted(self.indexes)}")
        arn = self.arn if index is None else pulumi.Output.concat(self.arn, "/index/", index)
        return Grant(tuple(f"dynamodb:{verb}" for verb in verbs), (arn,))


def _index(name: str, index: Index) -> aws.dynamodb.TableGlobalSecondaryIndexArgsDict:
    schema: list[aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgsDict] = [
        {"attribute_name": index.key, "key_type": "HASH"}
    ]
    if index.sort:
        schema.append({"attribute_name": index.sort, "key_type": "RANGE"})
    return {"name": name, "key_schemas": schema, "projection_type": "ALL"}
