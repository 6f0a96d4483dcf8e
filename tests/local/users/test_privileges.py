"""Every function may do what it does, and does all that it may."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.local.platform import Platform, address
from tests.local.provider import functions
from tests.local.users.test_profile import newcomer, profile

CALLS = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "TransactWriteItems")
"""What is looked for: CloudTrail's names of the calls that handlers make."""

Use = tuple[str, str, str]
"""A function, an action, and the table or index that it is on."""


def tour(platform: Platform) -> None:
    """Go everywhere once: each route, and each way through it that touches something else."""
    user = platform.create()
    path = f"/users/{user['id']}"
    platform.ask(
        "POST",
        "/users",
        platform.admin,
        json={"email": address(), "name": "x"},
        headers={"Idempotency-Key": address()},
    )
    platform.ask("GET", "/users", platform.admin)
    platform.ask("GET", "/users", platform.admin, params={"email": user["email"]})
    platform.ask("GET", path, platform.admin)
    platform.ask("PATCH", path, platform.admin, json={"email": address()})
    platform.ask("DELETE", path, platform.admin)
    for method in ("GET", "PATCH"):
        with newcomer(platform) as token:
            platform.ask(method, "/me", token, json={"name": "First sight"})
            platform.ask(method, "/me", token, json={"name": "Known"})
        with newcomer(platform, email=platform.create()["email"]) as token:
            platform.ask(method, "/me", token, json={"name": "Linked"})
            profile(platform, token)


def granted(platform: Platform) -> set[Use]:
    """What the functions' policies allow on data, as IAM has them."""
    iam = platform.cloud.client("iam")
    uses: set[Use] = set()
    for function in functions_of(platform):
        role = function["Role"].rpartition("/")[2]
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            for statement in document["Statement"]:
                uses |= {
                    (app_id(function), action.partition(":")[2], readable(arn.partition(":table/")[2]))
                    for action in statement["Action"]
                    if action.startswith("dynamodb:")
                    for arn in statement["Resource"]
                }
    return uses


def used(platform: Platform, since: datetime) -> set[Use]:
    """What the functions did, as CloudTrail has it."""
    return {use for event in recorded(platform, since) for use in uses_of(event)}


def recorded(platform: Platform, since: datetime) -> Iterator[dict[str, Any]]:
    """The calls that functions made since then; CloudTrail gives the newest fifty of each name."""
    trail = platform.cloud.client("cloudtrail")
    for name in CALLS:
        attribute = {"AttributeKey": "EventName", "AttributeValue": name}
        for event in trail.lookup_events(LookupAttributes=[attribute])["Events"]:
            detail = json.loads(event["CloudTrailEvent"])
            if event["EventTime"] >= since and " app/" in detail["userAgent"]:
                yield {**detail, "eventName": name}


def uses_of(event: dict[str, Any]) -> Iterator[Use]:
    """Each action of a call; a transaction is its parts."""
    function = event["userAgent"].partition(" app/")[2].split()[0]
    asked = event["requestParameters"]
    if event["eventName"] == "TransactWriteItems":
        for item in asked["TransactItems"]:
            for verb, part in item.items():
                yield function, f"{verb}Item", readable(part["TableName"])
    else:
        index = f"/index/{asked['IndexName']}" if "IndexName" in asked else ""
        yield function, event["eventName"], readable(asked["TableName"]) + index


def functions_of(platform: Platform) -> list[dict[str, Any]]:
    """The platform's functions."""
    found = platform.cloud.client("lambda").get_paginator("list_functions").paginate().build_full_result()
    return [
        function for function in found["Functions"] if function["FunctionName"].startswith("strata-local-")
    ]


def app_id(function: dict[str, Any]) -> str:
    """The function's logical name, as its calls carry it."""
    return function["Environment"]["Variables"]["AWS_SDK_UA_APP_ID"]


def readable(physical: str) -> str:
    """A table's or index's logical name."""
    return re.sub(r"^strata-local-(\w+)-[0-9a-f]{7}", r"\1", physical)


def test_no_action_is_granted_and_never_used(platform: Platform) -> None:
    """What the functions did on their data is exactly what they may do, function by function."""
    since = datetime.fromtimestamp(int(time.time()) - 1, UTC)
    tour(platform)
    may, did = granted(platform), used(platform, since)

    assert {function for function, _, _ in may} == {
        "me-change",
        "me-read",
        "users-change",
        "users-create",
        "users-delete",
        "users-list",
        "users-read",
    }
    assert sorted(may - did) == [], "granted and never used"
    assert sorted(did - may) == [], "used and never granted"


def test_no_call_was_denied(platform: Platform) -> None:
    """No function has met AccessDenied, in this test or in any before it."""
    tour(platform)
    logs = platform.cloud.client("logs")
    denied = [
        event["message"]
        for function in functions_of(platform)
        for event in logs.filter_log_events(logGroupName=function["LoggingConfig"]["LogGroup"])["events"]
        if "AccessDenied" in event["message"]
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
    (table,) = [
        name
        for name in cloud.client("dynamodb").list_tables()["TableNames"]
        if readable(name) == "identities"
    ]
    statement = {
        "Effect": "Allow",
        "Action": "dynamodb:PutItem",
        "Resource": cloud.arn("dynamodb", f"table/{table}"),
    }
    role = functions.role(cloud, "greedy")
    cloud.client("iam").put_role_policy(
        RoleName="greedy",
        PolicyName="put",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    inputs = functions.function(
        cloud, tmp_path, "greedy", GREEDY, role=role, environment={"variables": {"TABLE": table}}
    )

    with functions.running(cloud, inputs):
        answer = functions.invoke(cloud, "greedy", {})
    assert answer == {"put": "done", "get": "AccessDeniedException"}
