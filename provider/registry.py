"""Every resource type that the embedded cloud knows, by Pulumi's type token."""

from __future__ import annotations

from provider import (
    apigatewayv2,
    cloudwatch,
    cognito,
    dynamodb,
    events,
    firehose,
    glue,
    iam,
    kms,
    lambda_,
    logs,
    s3,
    scheduler,
    secretsmanager,
    ses,
    sns,
    sqs,
)
from provider.base import ResourceType

MODULES = (
    apigatewayv2,
    cloudwatch,
    cognito,
    dynamodb,
    events,
    firehose,
    glue,
    iam,
    kms,
    lambda_,
    logs,
    s3,
    scheduler,
    secretsmanager,
    ses,
    sns,
    sqs,
)

TYPES: dict[str, ResourceType] = {kind.token: kind for module in MODULES for kind in module.TYPES}
