"""Every permission is used, and every call is permitted."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.local.platform import Platform, until
from tests.local.privileges.tours import run_tours
from tests.local.provider import functions
from tests.local.realtime.browser import table

Use = tuple[str, str, str]
"""A function, an action and its resource."""

pytestmark = pytest.mark.exclusive

WITHOUT_PARAMETERS = "recorded without parameters; tests/local/releases/test_permissions.py denies each"

UNSEEN = {
    "cloudfront-keyvaluestore:ListKeys": WITHOUT_PARAMETERS,
    "s3:DeleteObject": WITHOUT_PARAMETERS,
    "s3:GetObject": WITHOUT_PARAMETERS,
    "s3:ListBucket": WITHOUT_PARAMETERS,
    "s3:PutObject": WITHOUT_PARAMETERS,
    "ses:SendEmail": "the emulator does not record SES's REST calls; its outbox has the emails",
    "ses:SendTemplatedEmail": "AWS requires it too when an email is sent with a template",
    "execute-api:ManageConnections": "the emulator does not record posts to connections; browsers have them",
}
"""Actions that the emulator does not record, with the reason."""


def _table(request: Mapping[str, Any]) -> str:
    index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
    return f"table/{request['TableName']}{index}"


def _queue(request: Mapping[str, Any]) -> str:
    return request["QueueUrl"].rpartition("/")[2]


CALLS: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "GetItem": ("dynamodb:GetItem", _table),
    "PutItem": ("dynamodb:PutItem", _table),
    "UpdateItem": ("dynamodb:UpdateItem", _table),
    "DeleteItem": ("dynamodb:DeleteItem", _table),
    "Query": ("dynamodb:Query", _table),
    "PutEvents": ("events:PutEvents", lambda request: f"event-bus/{request['Entries'][0]['EventBusName']}"),
    "PutRecordBatch": (
        "firehose:PutRecordBatch",
        lambda request: f"deliverystream/{request['DeliveryStreamName']}",
    ),
    "GetSecretValue": ("secretsmanager:GetSecretValue", lambda request: resource_of(request["SecretId"])),
    **{
        name: (f"kms:{name}", lambda request: resource_of(request["KeyId"]))
        for name in ("Decrypt", "Encrypt")
    },
    "SendMessage": ("sqs:SendMessage", _queue),
    "GetQueueAttributes": ("sqs:GetQueueAttributes", _queue),
    **{
        name: (f"cognito-idp:{name}", lambda request: f"userpool/{request['UserPoolId']}")
        for name in ("AdminDeleteUser", "AdminDisableUser", "AdminEnableUser", "AdminUserGlobalSignOut")
    },
    "ListUsers": ("cognito-idp:ListUsers", lambda request: f"userpool/{request['UserPoolId']}"),
    "ListUsersInGroup": ("cognito-idp:ListUsersInGroup", lambda request: f"userpool/{request['UserPoolId']}"),
    "POST.sns": ("sns:Publish", lambda request: "*" if "PhoneNumber" in request else request["TopicArn"]),
}
"""The calls of handlers by their names in CloudTrail: the IAM action, and the resource of a request."""

READING = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
)
"""The actions of Lambda on an event source."""

TRANSACTION = "TransactWriteItems"
KEYS_SECONDS = 90
"""How far back to search for access keys: a warm function keeps its key."""


def granted(platform: Platform) -> set[Use]:
    """Return what the functions' policies allow, except what Lambda itself does with a function's role."""
    iam = platform.cloud.client("iam")
    lambdas = done_by_lambda(platform)
    uses: set[Use] = set()
    for name, function in platform.functions.items():
        role = function["Role"].rpartition("/")[2]
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            uses |= {
                (name, action, readable(resource_of(arn)))
                for statement in document["Statement"]
                if statement["Effect"] == "Allow"
                for action in statement["Action"]
                for arn in statement["Resource"]
                if action not in UNSEEN and (name, action, arn) not in lambdas
                if not action.startswith("logs:")
            }
    return uses


def done_by_lambda(platform: Platform) -> set[Use]:
    """Return what Lambda itself does with each event source and each on-failure queue."""
    names = {function["FunctionArn"]: name for name, function in platform.functions.items()}
    client = platform.cloud.client("lambda")
    mappings = client.get_paginator("list_event_source_mappings").paginate().build_full_result()
    sources = {
        (names[mapping["FunctionArn"]], action, mapping["EventSourceArn"])
        for mapping in mappings["EventSourceMappings"]
        if mapping["FunctionArn"] in names
        for action in READING
    }
    on_failure = {
        (
            name.removesuffix("-dead-letters"),
            "sqs:SendMessage",
            platform.cloud.arn("sqs", queue.url.rpartition("/")[2]),
        )
        for name, queue in platform.operated.dead_letters.items()
        if queue.kind == "function"
    }
    return sources | on_failure


def used(platform: Platform, since: int) -> set[Use]:
    """Return what the functions did since a second, as CloudTrail recorded it."""
    seconds = range(since, int(time.time()) + 1)
    # A lookup returns at most 50 calls of a name and second; warm functions make more.
    before = range(since - KEYS_SECONDS, seconds.stop)
    calls = [
        event for name in (*CALLS, TRANSACTION) for event in recorded(platform, before, "EventName", name)
    ]
    # A lookup by access key adds what other functions hide; a function with more calls hides its own.
    keys = {event["userIdentity"]["accessKeyId"] for event in calls}
    own = [event for key in keys for event in recorded(platform, seconds, "AccessKeyId", key)]
    return {use for event in (*own, *calls) if _time(event) >= since for use in uses_of(event)}


def _time(event: dict[str, Any]) -> float:
    return datetime.fromisoformat(event["eventTime"]).timestamp()


def recorded(platform: Platform, seconds: range, attribute: str, value: str) -> Iterator[dict[str, Any]]:
    """Yield the recorded calls of functions with an attribute; a lookup returns at most 50 a second."""
    trail = platform.cloud.client("cloudtrail")
    wanted = {"AttributeKey": attribute, "AttributeValue": value}
    for second in seconds:
        found = trail.lookup_events(LookupAttributes=[wanted], StartTime=second, EndTime=second + 1)
        for event in (json.loads(event["CloudTrailEvent"]) for event in found["Events"]):
            if " app/" in event["userAgent"]:
                yield event


def uses_of(event: dict[str, Any]) -> Iterator[Use]:
    """Yield each action of a call; a transaction has one for each part."""
    function, request = event["userAgent"].partition(" app/")[2].split()[0], event["requestParameters"]
    if event["eventName"] == TRANSACTION:
        for item in request["TransactItems"]:
            for verb, part in item.items():
                yield function, f"dynamodb:{verb}Item", readable(_table(part))
    else:
        action, resource = CALLS[event["eventName"]]
        yield function, action, readable(resource(request))


def resource_of(arn: str) -> str:
    """Return an ARN's resource, such as `table/users`; another text unchanged."""
    return arn.split(":", 5)[-1]


def readable(resource: str) -> str:
    """Return a resource under its logical name."""
    return re.sub(r"strata-local-([a-z-]+?)-[0-9a-f]{7}(-[0-9a-f]{6})?(?![0-9a-z])", r"\1", resource)


def test_granted_actions_are_the_used_actions(platform: Platform) -> None:
    """Each function uses every permission that it has, and makes no call without a permission."""
    since = int(time.time()) + 1
    until(lambda: time.time() >= since)
    run_tours(platform)
    may, did = granted(platform), used(platform, since)

    assert may

    assert sorted(may - did) == [], "granted and never used"
    assert sorted(did - may) == [], "used and never granted"


def test_no_call_was_denied(platform: Platform) -> None:
    """No function logged AccessDenied, in this test or before."""
    run_tours(platform)
    pages = platform.cloud.client("logs").get_paginator("filter_log_events")
    denied = [
        event["message"]
        for function in platform.functions.values()
        for event in pages.paginate(
            logGroupName=function["LoggingConfig"]["LogGroup"], filterPattern='"AccessDenied"'
        ).build_full_result()["events"]
    ]

    assert denied == []


GREEDY = """
import os
from botocore.exceptions import ClientError
from botocore.session import Session

def attempt(call, **arguments):
    try:
        call(TableName=os.environ["TABLE"], **arguments)
        return "done"
    except ClientError as error:
        return error.response["Error"]["Code"]

def handler(event, context):
    client = Session().create_client("dynamodb")
    key = {"identity": {"S": "test#greedy"}}
    return {"put": attempt(client.put_item, Item=key), "get": attempt(client.get_item, Key=key)}
"""


def test_call_without_a_permission_is_denied(platform: Platform, tmp_path: Path) -> None:
    """The emulator enforces policies: a granted PutItem succeeds, a GetItem without a permission fails."""
    cloud = platform.cloud
    name = table(platform, "identities")
    statement = {
        "Effect": "Allow",
        "Action": "dynamodb:PutItem",
        "Resource": cloud.arn("dynamodb", f"table/{name}"),
    }
    role = functions.role(cloud, "greedy")
    cloud.client("iam").put_role_policy(
        RoleName="greedy",
        PolicyName="put",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    inputs = functions.function(
        cloud, tmp_path, "greedy", GREEDY, role=role, environment={"variables": {"TABLE": name}}
    )

    with functions.running(cloud, inputs):
        result = functions.invoke(cloud, "greedy", {})
    assert result == {"put": "done", "get": "AccessDeniedException"}
