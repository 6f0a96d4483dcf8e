"""What every stage of API Gateway has: a log of who came, and limits to how many may."""

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
"""What is logged of a call of any protocol."""


def access_log(
    parent: Component, settings: Settings, facts: Mapping[str, str]
) -> aws.apigatewayv2.StageAccessLogSettingsArgsDict:
    """A log group of its own for the stage of `parent`, with `facts` besides what every stage logs."""
    group = aws.cloudwatch.LogGroup(
        f"{parent.name}-access",
        # Below this path the group needs no entry in the account's one log policy, which is short.
        name=f"/aws/vendedlogs/{pulumi.get_project()}-{pulumi.get_stack()}-{parent.name}-access",
        retention_in_days=settings.functions.log_retention_days,
        tags=parent.tags,
        opts=parent.child(),
    )
    return {"destination_arn": group.arn, "format": json.dumps({**ACCESS_LOG, **facts})}


def limits(throttle: Throttle) -> aws.apigatewayv2.StageDefaultRouteSettingsArgsDict:
    """The limits of every route that has none of its own."""
    return {
        "throttling_rate_limit": throttle.rate_limit,
        "throttling_burst_limit": throttle.burst_limit,
    }
