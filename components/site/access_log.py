"""The access log of a distribution, in CloudWatch Logs (standard logging v2).

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
"""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.base import Component
from settings import CLOUDFRONT_REGION, Settings

FIELDS = (
    "timestamp(ms)",
    "x-edge-request-id",
    "c-ip",
    "c-country",
    "x-host-header",
    "cs-method",
    "cs-uri-stem",
    "cs-protocol-version",
    "cs(User-Agent)",
    "sc-status",
    "sc-bytes",
    "time-taken",
    "x-edge-detailed-result-type",
)
"""The logged fields: no query, cookie or referrer, which can contain tickets and codes."""


def log_access(parent: Component, distribution: aws.cloudfront.Distribution, settings: Settings) -> None:
    """Create the log group of a distribution's requests, and their delivery to it."""
    name = parent.name
    group = aws.cloudwatch.LogGroup(
        f"{name}-access",
        # Groups under this path need no entry in the account's log resource policy, which is short.
        name=f"/aws/vendedlogs/{pulumi.get_project()}-{pulumi.get_stack()}-{name}-access",
        retention_in_days=settings.functions.log_retention_days,
        region=CLOUDFRONT_REGION,
        tags=parent.tags,
        opts=parent.child(),
    )
    source = aws.cloudwatch.LogDeliverySource(
        name,
        log_type="ACCESS_LOGS",
        resource_arn=distribution.arn,
        region=CLOUDFRONT_REGION,
        tags=parent.tags,
        opts=parent.child(),
    )
    destination = aws.cloudwatch.LogDeliveryDestination(
        name,
        delivery_destination_configuration={"destination_resource_arn": group.arn},
        output_format="json",
        region=CLOUDFRONT_REGION,
        tags=parent.tags,
        opts=parent.child(),
    )
    aws.cloudwatch.LogDelivery(
        name,
        delivery_source_name=source.name,
        delivery_destination_arn=destination.arn,
        record_fields=list(FIELDS),
        region=CLOUDFRONT_REGION,
        tags=parent.tags,
        opts=parent.child(),
    )
