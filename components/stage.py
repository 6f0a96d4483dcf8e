"""What every API Gateway stage has: an access log, throttling limits and an alarm."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.alarm import AlarmSpec, make_alarm
from components.base import Component
from components.runtime import Runtime
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

SERVER_ERRORS = 5
"""The alarm's threshold: failed requests in five minutes."""


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


def alarm_on_errors(parent: Component, api: aws.apigatewayv2.Api, metric: str, runtime: Runtime) -> None:
    """Create the alarm on an API's failed requests, which `metric` counts for the API's protocol."""
    make_alarm(
        parent,
        AlarmSpec(
            f"{parent.name}: API Gateway or a function failed to serve requests",
            f"AWS/ApiGateway:{metric}",
            {"ApiId": api.id},
            section="server-errors",
            threshold=SERVER_ERRORS,
            period=300,
            statistic="Sum",
        ),
        runtime,
    )
