"""Every function may do what it does, and does all that it may."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.local.platform import Platform, until
from tests.local.provider import functions
from tests.local.realtime.browser import table
from tests.local.tour import tour

Use = tuple[str, str, str]
"""A function, an action, and the resource that it is on."""

UNSEEN = {
    "ses:SendEmail": "SES's REST calls are not on record here; the outbox has what they sent",
    "ses:SendTemplatedEmail": "AWS asks for it too where a mail is sent in a template",
    "execute-api:ManageConnections": "posts to connections are not on record here; browsers get them",
}
"""What the embedded cloud's record cannot show, and why."""


def _table(asked: Mapping[str, Any]) -> str:
    index = f"/index/{asked['IndexName']}" if "IndexName" in asked else ""
    return f"table/{asked['TableName']}{index}"


def _queue(asked: Mapping[str, Any]) -> str:
    return asked["QueueUrl"].rpartition("/")[2]


CALLS: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "GetItem": ("dynamodb:GetItem", _table),
    "PutItem": ("dynamodb:PutItem", _table),
    "UpdateItem": ("dynamodb:UpdateItem", _table),
    "DeleteItem": ("dynamodb:DeleteItem", _table),
    "Query": ("dynamodb:Query", _table),
    "PutEvents": ("events:PutEvents", lambda asked: f"event-bus/{asked['Entries'][0]['EventBusName']}"),
    "PutRecordBatch": (
        "firehose:PutRecordBatch",
        lambda asked: f"deliverystream/{asked['DeliveryStreamName']}",
    ),
    "GetSecretValue": ("secretsmanager:GetSecretValue", lambda asked: resource_of(asked["SecretId"])),
    "SendMessage": ("sqs:SendMessage", _queue),
    "GetQueueAttributes": ("sqs:GetQueueAttributes", _queue),
    "ListUsersInGroup": ("cognito-idp:ListUsersInGroup", lambda asked: f"userpool/{asked['UserPoolId']}"),
    "PutMetricData": ("cloudwatch:PutMetricData", lambda _: "*"),
    "POST.sns": ("sns:Publish", lambda asked: "*" if "PhoneNumber" in asked else asked["TopicArn"]),
}
"""The calls that handlers make, as CloudTrail has them: the action that they are, and on what."""

TRANSACTION = "TransactWriteItems"
KEYS_SECONDS = 90
"""How far back functions' keys are looked for: one that has run before keeps the key that it had then."""


def granted(platform: Platform) -> set[Use]:
    """What the functions' policies allow, as IAM has them, but for what Lambda does in a function's name."""
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
                for action in statement["Action"]
                for arn in statement["Resource"]
                if action not in UNSEEN and (name, arn) not in lambdas and not action.startswith("logs:")
            }
    return uses


def done_by_lambda(platform: Platform) -> set[tuple[str, str]]:
    """The resources, each with its function, that Lambda reads from or gives up to in the function's name."""
    names = {function["FunctionArn"]: name for name, function in platform.functions.items()}
    client = platform.cloud.client("lambda")
    mappings = client.get_paginator("list_event_source_mappings").paginate().build_full_result()
    sources = {
        (names[mapping["FunctionArn"]], mapping["EventSourceArn"])
        for mapping in mappings["EventSourceMappings"]
        if mapping["FunctionArn"] in names
    }
    given_up = {
        (letters.removesuffix("-dead-letters"), platform.cloud.arn("sqs", queue.url.rpartition("/")[2]))
        for letters, queue in platform.operated.dead_letters.items()
        if queue.kind == "function"
    }
    return sources | given_up


def used(platform: Platform, since: int) -> set[Use]:
    """What the functions did since a second, as CloudTrail has it."""
    seconds = range(since, int(time.time()) + 1)
    # CloudTrail gives fifty calls of a name in a second, and functions that are warm make more of them.
    before = range(since - KEYS_SECONDS, seconds.stop)
    calls = [
        event for name in (*CALLS, TRANSACTION) for event in recorded(platform, before, "EventName", name)
    ]
    # Of the calls with one function's key none is missing.
    keys = {event["userIdentity"]["accessKeyId"] for event in calls}
    return {
        use
        for key in keys
        for event in recorded(platform, seconds, "AccessKeyId", key)
        for use in uses_of(event)
    }


def recorded(platform: Platform, seconds: range, attribute: str, value: str) -> Iterator[dict[str, Any]]:
    """The calls of functions in some seconds that have an attribute; CloudTrail gives fifty a second."""
    trail = platform.cloud.client("cloudtrail")
    wanted = {"AttributeKey": attribute, "AttributeValue": value}
    for second in seconds:
        found = trail.lookup_events(LookupAttributes=[wanted], StartTime=second, EndTime=second + 1)
        for event in (json.loads(event["CloudTrailEvent"]) for event in found["Events"]):
            if " app/" in event["userAgent"]:
                yield event


def uses_of(event: dict[str, Any]) -> Iterator[Use]:
    """Each action of a call; a transaction is its parts."""
    function, asked = event["userAgent"].partition(" app/")[2].split()[0], event["requestParameters"]
    if event["eventName"] == TRANSACTION:
        for item in asked["TransactItems"]:
            for verb, part in item.items():
                yield function, f"dynamodb:{verb}Item", readable(_table(part))
    else:
        action, resource = CALLS[event["eventName"]]
        yield function, action, readable(resource(asked))


def resource_of(arn: str) -> str:
    """An ARN's last part, such as `table/users`; what is no ARN as it is."""
    return arn.split(":", 5)[-1]


def readable(resource: str) -> str:
    """A resource by its name in the program."""
    return re.sub(r"strata-local-([a-z-]+?)-[0-9a-f]{7}(-[0-9a-f]{6})?(?![0-9a-z])", r"\1", resource)


def test_no_action_is_granted_and_never_used(platform: Platform) -> None:
    """What the functions did is exactly what they may do, function by function."""
    since = int(time.time()) + 1
    until(lambda: time.time() >= since)
    tour(platform)
    may, did = granted(platform), used(platform, since)

    assert {function for function, _, _ in may} == {
        "audit-record",
        "me-change",
        "me-preferences-change",
        "me-preferences-read",
        "me-read",
        "notifications-digest",
        "notifications-feedback",
        "notifications-send",
        "operations-dead-letters",
        "partners-accept",
        "partners-authorizer",
        "realtime-authorizer",
        "realtime-connect",
        "realtime-disconnect",
        "realtime-push",
        "realtime-resume",
        "realtime-ticket",
        "users-change",
        "users-create",
        "users-delete",
        "users-list",
        "users-publish",
        "users-read",
        "webhooks-receive",
    }
    assert sorted(may - did) == [], "granted and never used"
    assert sorted(did - may) == [], "used and never granted"


def test_no_call_was_denied(platform: Platform) -> None:
    """No function has met AccessDenied, in this test or in any before it."""
    tour(platform)
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


def test_a_function_that_does_more_than_it_may_is_denied(platform: Platform, tmp_path: Path) -> None:
    """The embedded cloud enforces policies: a granted PutItem passes, an ungranted GetItem does not."""
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
        answer = functions.invoke(cloud, "greedy", {})
    assert answer == {"put": "done", "get": "AccessDeniedException"}
