"""CloudWatch Logs: the streams of a log group; the groups stand with Pulumi's other CloudWatch types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import unless_gone

GONE = "ResourceNotFoundException"


class LogStream(ResourceType):
    """A log stream, for who does not make its own. Its id is its name."""

    token = "aws:cloudwatch/logStream:LogStream"
    inputs = frozenset({"name", "logGroupName"})
    replace_on = inputs
    autoname = AutoName("name", 512)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        cloud.client("logs").create_log_stream(**_key(inputs["name"], inputs))
        return inputs["name"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        group: str = known["logGroupName"]
        # A name sorts before every longer one that it begins, so one page is enough.
        answer: Any = unless_gone(
            cloud.client("logs").describe_log_streams,
            GONE,
            logGroupName=group,
            logStreamNamePrefix=resource_id,
        )
        names = [stream["logStreamName"] for stream in answer["logStreams"]] if answer else []
        if resource_id not in names:
            return None
        arn = cloud.arn("logs", f"log-group:{group}:log-stream:{resource_id}")
        return {"name": resource_id, "logGroupName": group, "arn": arn}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Never called: every input replaces it."""

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        unless_gone(cloud.client("logs").delete_log_stream, GONE, **_key(resource_id, known))

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return inputs["name"] if self.read(cloud, inputs["name"], inputs) else None


def _key(name: str, known: Mapping[str, Any]) -> dict[str, str]:
    return {"logGroupName": known["logGroupName"], "logStreamName": name}


TYPES: tuple[ResourceType, ...] = (LogStream(),)
