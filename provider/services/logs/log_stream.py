"""Log streams, for services that do not create their own."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import AutoName, Values
from provider.cloud import Cloud
from provider.fields import Names
from provider.resource import Resource
from provider.services.logs import SERVICE


class LogStream(Resource):
    """A log stream of a log group; its ID is its name."""

    token = "aws:cloudwatch/logStream:LogStream"
    service = SERVICE
    noun = "log_stream"
    key: ClassVar[Names] = {"logGroupName": "logGroupName", "name": "logStreamName"}
    id_format = "{name}"
    inputs = frozenset(key)
    replace_on = inputs
    autoname = AutoName("name", 512)
    arn = "arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:{name}"

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        # A name sorts before every longer name that starts with it: one page is enough.
        response = self.call_unless_gone(
            cloud,
            "describe_log_streams",
            logGroupName=known["logGroupName"],
            logStreamNamePrefix=resource_id,
        )
        streams: list[Any] = response["logStreams"] if response else []
        return next((stream for stream in streams if stream["logStreamName"] == resource_id), None)
