"""The checks of requests against AWS's models find seeded mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from aws_models.constraints import NOT_COMPILED, matches
from aws_models.corrections import CORRECTIONS
from botocore.stub import Stubber

SERVICES = (
    "apigatewaymanagementapi", "apigatewayv2", "cloudtrail", "cloudwatch", "cognito-idp", "dynamodb",
    "dynamodbstreams", "events", "firehose", "glue", "iam", "kms", "lambda", "logs", "s3", "scheduler",
    "secretsmanager", "sesv2", "sns", "sqs", "sts",
)  # fmt: skip
"""The services that the program and its commands call."""

TARGET = {"Id": "1", "Arn": "arn:aws:sqs:us-east-1:123456789012:queue"}


def taken(findings: Path) -> str:
    """Return the findings and remove them, so that the test does not fail."""
    text = findings.read_text()
    findings.write_text("")
    return text


def send(service: str, operation: str, **parameters: Any) -> None:
    """Send a request to a stub, which accepts everything that botocore does."""
    client = boto3.client(service, "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    with Stubber(client) as stub:
        stub.add_response(operation, {})
        getattr(client, operation)(**parameters)


MISTAKES: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "events",
        "put_rule",
        {"Name": "a", "State": "ON"},
        "events.PutRule.State (RuleState): 'ON': expected one of",
    ),
    ("events", "put_rule", {"Name": "a" * 65}, ".Name (RuleName): 'aaa"),
    (
        "events",
        "put_rule",
        {"Name": "a b"},
        r".Name (RuleName): 'a b': expected the pattern [\.\-_A-Za-z0-9]+",
    ),
    (
        "events",
        "put_targets",
        {"Rule": "a", "Targets": [{**TARGET, "RetryPolicy": {"MaximumRetryAttempts": 186}}]},
        ".Targets[0].RetryPolicy.MaximumRetryAttempts (MaximumRetryAttempts): 186: the number is 186",
    ),
    ("events", "put_targets", {"Rule": "a", "Targets": [TARGET] * 101}, ".Targets (TargetList): "),
    (
        "lambda",
        "update_function_configuration",
        {"FunctionName": "a", "Environment": {"Variables": {"a-b": ""}}},
        ".Environment.Variables key (EnvironmentVariableName): 'a-b': expected the pattern",
    ),
    (
        "lambda",
        "update_function_configuration",
        {"FunctionName": "a", "Layers": ["b"]},
        ".Layers[0] (LayerVersionArn)",
    ),
    (
        "iam",
        "tag_role",
        {"RoleName": "a", "Tags": [{"Key": "a\n", "Value": ""}]},
        ".Tags[0].Key (tagKeyType)",
    ),
]
"""Requests that botocore sends and AWS refuses: service, operation, parameters, and a part of the finding."""


@pytest.mark.parametrize(("service", "operation", "parameters", "finding"), MISTAKES)
def test_mistake_is_found(
    model_findings: Path, service: str, operation: str, parameters: dict[str, Any], finding: str
) -> None:
    """An enum, a length, a pattern, a range, each also nested, and the keys of a map."""
    send(service, operation, **parameters)

    assert finding in taken(model_findings)


def test_unicode_properties_are_matched() -> None:
    """Python's `re` does not know them."""
    allowed = matches(r"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$")

    assert (allowed("Zoë 1"), allowed("a&b"), allowed("a\n")) == (True, False, False)


def test_every_pattern_of_the_services_is_compiled_or_listed() -> None:
    """No pattern is left out in silence."""
    found: set[str] = set()
    for service in SERVICES:
        model = botocore.session.Session().get_service_model(service)
        for pattern in {model.shape_for(name).metadata.get("pattern") for name in model.shape_names} - {None}:
            try:
                matches(pattern)
            except ValueError:
                found.add(pattern)

    assert found == set(NOT_COMPILED)


def test_every_correction_is_of_a_shape_that_the_model_limits_otherwise() -> None:
    """A correction that AWS's models contain by now is removed."""
    for (service, shape), limits in CORRECTIONS.items():
        model = botocore.session.Session().get_service_model(service).shape_for(shape).metadata
        assert limits.items() - model.items() == limits.items(), (service, shape)
