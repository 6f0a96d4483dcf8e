"""The data layer: DynamoDB tables, and permissions on them by verb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.iam import Grant
from components.table_spec import Index, TableSpec, table_variable
from components.use import Use
from settings import Settings

Verb = Literal["ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"]
VERBS = get_args(Verb)


class Table(Component):
    """A DynamoDB table: billed on demand, encrypted, protected as its environment class requires.

    Example:
        orders = Table("orders", TableSpec(key="id"), settings)

    Args:
        spec: the table's keys, indexes, time to live and stream.

    Attributes:
        table_name: the physical name.
        arn: the table's ARN.
        stream_arn: the stream's ARN; only if the spec has a stream.
    """

    name_limit = 255

    def __init__(
        self, name: str, spec: TableSpec, settings: Settings, *, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, opts)
        self.spec = spec
        table = aws.dynamodb.Table(
            name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=spec.key,
            range_key=spec.sort,
            attributes=[{"name": key, "type": "S"} for key in spec.attributes],
            global_secondary_indexes=[_index(name, index) for name, index in spec.indexes.items()],
            ttl={"attribute_name": spec.ttl, "enabled": True} if spec.ttl else None,
            stream_enabled=spec.stream,
            stream_view_type="NEW_AND_OLD_IMAGES" if spec.stream else None,
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

    def use(self, *verbs: Verb, index: str | None = None) -> Use:
        """Allow `verbs` (`GetItem`, `Query`, …) on the table, or on one index, and pass the table's name.

        A transaction needs the verbs of its parts: IAM has no action for TransactWriteItems itself.

        Raises:
            ValueError: for an index or a verb that does not exist.
        """
        return Use((self._grant(verbs, index),), {table_variable(self.name): self.table_name})

    def use_stream(self) -> Use:
        """Allow a stream function to be invoked with the table's changes.

        ListStreams is not among them: it has no resource-level permissions (service authorization reference),
        so a grant on a stream's ARN never matches, and Lambda polls a stream that it knows.
        """
        verbs = ("DescribeStream", "GetRecords", "GetShardIterator")
        return Use((Grant(tuple(f"dynamodb:{verb}" for verb in verbs), (self.stream_arn,)),))

    def _grant(self, verbs: Sequence[Verb], index: str | None) -> Grant:
        unknown = [verb for verb in verbs if verb not in VERBS]
        if unknown:
            raise ValueError(f"table {self.name}: no verb {unknown[0]!r}: expected some of {list(VERBS)}")
        indexes = self.spec.indexes
        if index is not None and index not in indexes:
            raise ValueError(f"table {self.name}: no index {index!r}: expected one of {sorted(indexes)}")
        arn = self.arn if index is None else pulumi.Output.concat(self.arn, "/index/", index)
        return Grant(tuple(f"dynamodb:{verb}" for verb in verbs), (arn,))


def _index(name: str, index: Index) -> aws.dynamodb.TableGlobalSecondaryIndexArgsDict:
    # Not `hash_key` and `range_key`, which are deprecated. Older providers replaced an index with a sort key
    # in `key_schemas` on each update: https://github.com/hashicorp/terraform-provider-aws/issues/46335
    schema: list[aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgsDict] = [
        {"attribute_name": name, "key_type": kind}
        for name, kind in zip(index.keys, ("HASH", "RANGE"), strict=False)
    ]
    return {"name": name, "key_schemas": schema, "projection_type": "ALL"}
