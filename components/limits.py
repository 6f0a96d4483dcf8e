"""AWS's limits on the arguments of components, each with its source. A component checks its own arguments.

Imports no Pulumi: the shape of a table is checked without it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple


class Limit(NamedTuple):
    """The least and the most that AWS accepts; None if there is no fixed most."""

    least: int
    most: int | None = None

    def check(self, who: str, argument: str, given: int | None, context: str = "") -> None:
        """Reject a value outside the limit; None means that the argument was not given.

        Raises:
            ValueError: with the component, the argument, the value and the limit.
        """
        if given is None or (self.least <= given and (self.most is None or given <= self.most)):
            return
        expected = f"{self.least:,} or more" if self.most is None else f"{self.least:,} to {self.most:,}"
        raise ValueError(f"{who}: {argument} {given}: expected {expected}{context}")


MEMORY = Limit(128, 10_240)
"""A function's memory in MB: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"""
FUNCTION_TIMEOUT = Limit(1, 900)
"""A function's timeout in seconds: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
RESERVED_CONCURRENCY = Limit(0)
"""Concurrent executions; the most depends on the account's quota:
https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html"""
VARIABLES_BYTES = 4_096
"""All environment variables of a function, as JSON:
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

SMALL_BATCH, LARGE_BATCH = Limit(1, 10), Limit(1, 10_000)
"""The messages or changes of a batch; a queue needs a batching window for more than 10:
https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html"""
BATCHING_WINDOW = Limit(0, 300)
"""Seconds for which Lambda collects a batch (same source as the batches)."""
MAXIMUM_CONCURRENCY = Limit(2, 1_000)
"""Concurrent batches of a queue: https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html"""
STREAM_RETRIES = Limit(0, 10_000)
"""Retries of a failed batch of a stream (same source as the batches)."""
STREAM_AGE = Limit(60, 24 * 3600 - 1)
"""The age in seconds at which Lambda skips a change. Lambda accepts a week, but a stream keeps changes for a
day: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html"""
MAXIMUM_RECEIVES = Limit(1, 1_000)
"""Receives before a message is dead-lettered:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""

FLEXIBLE_MINUTES = Limit(1, 1_440)
"""The window of a schedule: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_FlexibleTimeWindow.html"""
DELIVERY_RATE = Limit(1, 300)
"""Requests per second of an API destination:
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateApiDestination.html"""
PATTERN_CHARACTERS = 2_048
"""An event pattern: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"""
INDEXES = Limit(0, 20)
"""Global secondary indexes of a table:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"""
ATTRIBUTE_BYTES = Limit(1, 255)
"""The name of a key attribute (same source as the indexes)."""
LIFECYCLE_RULES = Limit(1, 1_000)
"""Lifecycle rules of a bucket:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-set-lifecycle-configuration-intro.html"""

NAME = re.compile(r"[A-Za-z0-9_-]+")
"""The characters that AWS allows in the names of functions, queues, topics, roles, rules and tables alike."""
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
INDEX_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html"""

LONGEST_STACK = "pr-12345"
"""The longest name of a stack that must fit, besides the running stack's own."""
SUFFIX = "-0123456"
"""What `pulumi:autonaming` appends to a name."""

VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]+")
"""The name of an environment variable: https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html"""
RESERVED_VARIABLES = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)
"""Environment variables that only Lambda sets:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"""


def check_name(
    who: str, name: str, most: int | None, *, project: str, stack: str, allowed: re.Pattern[str] = NAME
) -> None:
    """Reject a component's name that AWS would reject in the name of a resource.

    AWS allows `most` characters, and the resource is named `<project>-<stack>-<name>-<suffix>`; `who` is the
    component, for the error.

    Raises:
        ValueError: with both lengths, or with the characters that are allowed.
    """
    if not allowed.fullmatch(name):
        raise ValueError(f"{who}: name {name!r}: expected {allowed.pattern}")
    longest = max(stack, LONGEST_STACK, key=len)
    others = len(f"{project}-{longest}-{SUFFIX}")
    if most is not None and len(name) + others > most:
        raise ValueError(
            f"{who}: name of {len(name)} characters: expected at most {most - others},"
            f" because {project}-{longest}-<name>{SUFFIX} may have {most}"
        )


def check_variables(who: str, variables: Mapping[str, Any]) -> None:
    """Reject environment variables that Lambda would reject, as far as their values are known.

    Raises:
        ValueError: for an ill-formed or reserved name, or more than 4 KB in total.
    """
    for name in variables:
        if name in RESERVED_VARIABLES:
            raise ValueError(f"{who}: environment variable {name}: reserved: only Lambda sets it")
        if not VARIABLE.fullmatch(name):
            raise ValueError(f"{who}: environment variable {name!r}: expected {VARIABLE.pattern}")
    known = {name: value if isinstance(value, str) else "" for name, value in variables.items()}
    size = len(json.dumps(known, ensure_ascii=False, separators=(",", ":")).encode())
    if size > VARIABLES_BYTES:
        largest = max(known, key=lambda name: len(known[name]))
        raise ValueError(
            f"{who}: environment variables of {size:,} bytes: expected at most {VARIABLES_BYTES:,};"
            f" the largest is {largest}"
        )
