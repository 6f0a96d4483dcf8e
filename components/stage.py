"""What every API Gateway stage has: an access log and throttling limits."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.base import Component
from settings import Settings, Throttle

ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "route": "$context.routeKey",
    "status": "$context.status",
    "integrationLatencyMs": "$context.integrationLatency",
    "error": "$context.error.message",
    "authorizerError": "$context.authorizer.error",
    "integrationError": "$context.integrationErrorMessage",
}
"""The fields of the access log for every protocol."""


def access_log(
    parent: Component, settings: Settings, facts: Mapping[str, str]
) -> aws.apigatewayv2.StageAccessLogSettingsArgsDict:
    """Create the access log group of a stage, and return its settings with additional fields."""
    group = aws.cloudwatch.LogGroup(
        f"{parent.name}-access",
        # Groups under this path need no entry in the account's log resource policy, which is short.
        name=f"/aws/vendedlogs/{pulumi.get_project()}-{pulumi.get_stack()}-{parent.name}-access",
        retention_in_days=settings.functions.log_retention_days,
        tags=parent.tags,
        opts=parent.child(),
    )
    return {"destination_arn": group.arn, "format": json.dumps({**ACCESS_LOG, **facts})}


def limits(throttle: Throttle) -> aws.apigatewayv2.StageDefaultRouteSettingsArgsDict:
    """Return the limits of routes without their own."""
    return {
        "throttling_rate_limit": throttle.rate_limit,
        "throttling_burst_limit": throttle.burst_limit,
    }
