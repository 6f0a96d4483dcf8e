"""Log entries in the emulator's CloudWatch Logs."""

from __future__ import annotations

import uuid
from contextlib import suppress

from local.commands.logs import now
from provider.cloud import Cloud


def write_log(cloud: Cloud, function: str, *lines: str) -> int:
    """Write the lines of one invocation to a log group, and return their timestamp."""
    client, group, stream = cloud.client("logs"), function, uuid.uuid4().hex
    with suppress(client.exceptions.ResourceAlreadyExistsException):
        client.create_log_group(logGroupName=group)
    client.create_log_stream(logGroupName=group, logStreamName=stream)
    time = now()
    events = [{"timestamp": time, "message": line} for line in lines]
    client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    return time
