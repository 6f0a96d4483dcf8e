"""What each function, and each service with a role, may do: exactly this, and nothing else."""

from __future__ import annotations

import re
from typing import Any

from tests.infrastructure.graph import Graph, statements, whole

REGION = "us-east-1:123456789012"
TABLE = f"arn:aws:dynamodb:{REGION}:table/"
WILDCARDS = {
    ("logs:CreateLogStream", "logs:PutLogEvents"): r".*:log-stream:\*",
    ("xray:PutTelemetryRecords", "xray:PutTraceSegments"): r"\*",
    ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"): r"arn:aws:s3:::audit/(events|errors)/\*",
    ("execute-api:ManageConnections",): r".*:realtime-id/ws/POST/@connections/\*",
    ("sns:Publish",): r"\*",
    ("cloudwatch:PutMetricData",): r"\*",
}
"""The only resources with a wildcard: what others name, and what AWS knows no resource for."""

Leave = tuple[list[str], list[str], dict[str, Any] | None]
"""Actions, resources, condition."""


def data(verbs: str, *on: str) -> Leave:
    """Leave to do `verbs` with a table or an index."""
    return [f"dynamodb:{verb}" for verb in verbs.split()], [TABLE + name for name in on], None


def leave(actions: str, *resources: str, condition: dict[str, Any] | None = None) -> Leave:
    """Leave to do `actions` with what `resources` name without `arn:aws:`; `R` is region and account."""
    arns = [name if name == "*" else "arn:aws:" + name.replace(":R:", f":{REGION}:") for name in resources]
    return actions.split(), arns, condition


def publish(source: str, operator: str = "StringEquals") -> Leave:
    """Leave to put events of one source on the bus."""
    condition = {operator: {"events:source": [source]}}
    return leave("events:PutEvents", "events:R:event-bus/events", condition=condition)


def mail(template: str, stack: str) -> Leave:
    """Leave to send one template from the stack's sender."""
    domain = "dev.example.com" if stack == "dev" else "example.com"
    return leave(
        "ses:SendEmail ses:SendTemplatedEmail",
        f"ses:R:configuration-set/strata-{stack}-mail",
        f"ses:R:identity/{domain}",
        f"ses:R:template/mail-{template}",
        condition={"StringEquals": {"ses:FromAddress": f"no-reply@{domain}"}},
    )


def consume(queue: str) -> list[Leave]:
    """What Lambda needs to poll a queue, and its consumer to put a message aside."""
    return [
        leave("sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage", f"sqs:R:{queue}"),
        letters(queue),
    ]


def letters(name: str) -> Leave:
    """Leave to put something into a dead-letter queue."""
    return leave("sqs:SendMessage", f"sqs:R:{name}-dead-letters")


POST = leave("execute-api:ManageConnections", "execute-api:R:realtime-id/ws/POST/@connections/*")
ME = [data("GetItem PutItem UpdateItem", "users"), data("GetItem PutItem", "identities")]


def grants(stack: str) -> dict[str, list[Leave]]:
    """Everything that anybody may do, besides writing logs and traces."""
    return {
        "auth-pre-token": [],
        "fallback-not-found": [],
        "health-read": [],
        "openapi-read": [],
        "me-read": ME,
        "me-change": ME,
        "me-preferences-read": ME,
        "me-preferences-change": ME,
        "users-change": [data("GetItem UpdateItem", "users"), data("DeleteItem PutItem", "identities")],
        "users-create": [
            data("PutItem", "users"),
            data("PutItem", "identities"),
            data("PutItem", "idempotency"),
        ],
        "users-delete": [data("DeleteItem GetItem UpdateItem", "users"), data("DeleteItem", "identities")],
        "users-list": [
            data("Query", "users/index/by-creation"),
            data("Query", "users/index/by-email"),
        ],
        "users-read": [data("GetItem", "users")],
        "users-publish": [
            publish("strata.users"),
            data("DescribeStream GetRecords GetShardIterator ListStreams", "users/stream/1"),
            letters("users-publish"),
        ],
        "partners-authorizer": [data("GetItem", "partners")],
        "partners-accept": [publish("partner.*", "StringLike")],
        "webhooks-receive": [
            publish("webhook.stripe"),
            data("DeleteItem PutItem", "idempotency"),
            leave("secretsmanager:GetSecretValue", "secretsmanager:R:secret:webhook-stripe"),
        ],
        "audit-record": [
            leave("firehose:PutRecordBatch", "firehose:R:deliverystream/audit"),
            *consume("audit-events"),
        ],
        "audit": [
            leave("s3:GetBucketLocation s3:ListBucket s3:ListBucketMultipartUploads", "s3:::audit"),
            leave(
                "s3:AbortMultipartUpload s3:GetObject s3:PutObject",
                "s3:::audit/errors/*",
                "s3:::audit/events/*",
            ),
            leave("logs:PutLogEvents", "logs:R:log-group:audit:log-stream:delivery"),
        ],
        "notifications-send": [
            data("GetItem", "users"),
            data("GetItem", "addresses"),
            data("PutItem UpdateItem", "effects"),
            mail("welcome", stack),
            leave("sns:Publish", "*"),
            *consume("notifications"),
        ],
        "notifications-feedback": [
            data("PutItem", "addresses"),
            data("UpdateItem", "effects"),
            *consume("mail-feedback"),
        ],
        "notifications-digest": [
            data("Query", "users/index/by-creation"),
            data("GetItem", "addresses"),
            data("PutItem UpdateItem", "effects"),
            mail("digest", stack),
            leave("cognito-idp:ListUsersInGroup", "cognito-idp:R:userpool/auth"),
            letters("notifications-digest"),
        ],
        "daily-digest-role": [
            leave("lambda:InvokeFunction", "lambda:R:function:notifications-digest"),
            letters("daily-digest"),
        ],
        "realtime-ticket": [data("PutItem", "tickets")],
        "realtime-authorizer": [data("DeleteItem", "tickets")],
        "realtime-connect": [data("PutItem", "connections")],
        "realtime-disconnect": [data("DeleteItem", "connections")],
        "realtime-ping": [POST],
        "realtime-default": [POST],
        "realtime-resume": [data("Query", "feed"), POST],
        "realtime-push": [
            data("DeleteItem Query", "connections"),
            data("PutItem", "feed"),
            data("ConditionCheckItem PutItem", "effects"),
            POST,
            *consume("realtime-events"),
        ],
        "operations-dead-letters": [
            leave("sqs:GetQueueAttributes", *(f"sqs:R:{name}-dead-letters" for name in WATCHED)),
            leave(
                "cloudwatch:PutMetricData",
                "*",
                condition={"StringEquals": {"cloudwatch:namespace": "Strata"}},
            ),
            letters("operations-dead-letters"),
        ],
        "dead-letter-depth-role": [
            leave("lambda:InvokeFunction", "lambda:R:function:operations-dead-letters"),
            letters("dead-letter-depth"),
        ],
    }


WATCHED = (
    "audit-events",
    "daily-digest",
    "events-audit",
    "events-notifications",
    "events-realtime",
    "mail-feedback",
    "mail-feedback-mail-feedback",
    "notifications",
    "notifications-digest",
    "realtime-events",
    "users-publish",
)
"""Where what is given up is counted hourly: all but what the counting itself may give up."""


def test_every_policy_is_exact(graph: Graph, stack: str) -> None:
    """The whole of every policy: what it is for, its own log streams, and tracing where the stack traces."""
    functions = graph.of("aws:lambda/function:Function")
    tracing = leave("xray:PutTelemetryRecords xray:PutTraceSegments", "*")

    def expected(name: str, given: list[Leave]) -> list[Leave]:
        if name not in functions:
            return given
        logs = leave("logs:CreateLogStream logs:PutLogEvents", f"logs:R:log-group:{name}:log-stream:*")
        own = [logs, *([] if stack == "local" else [tracing])]
        # A function that is invoked by events has its own dead letters besides what it was granted.
        asynchronous = name in graph.of("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")
        return [*given, *own] if not asynchronous else [*given[:-1], *own, given[-1]]

    assert {
        name: [(part["Action"], part["Resource"], part.get("Condition")) for part in statements(policy)]
        for name, item in graph.of("aws:iam/rolePolicy:RolePolicy").items()
        for policy in [item.inputs["policy"]]
    } == {name: expected(name, given) for name, given in grants(stack).items()}


def test_no_policy_has_a_wildcard_that_is_not_on_the_list(graph: Graph) -> None:
    """No action with a wildcard, and no resource with one but the two that AWS leaves no choice about."""
    for item in graph.of("aws:iam/rolePolicy:RolePolicy").values():
        for part in statements(item.inputs["policy"]):
            assert part["Effect"] == "Allow"
            assert not [action for action in part["Action"] if "*" in action]
            allowed = WILDCARDS.get(tuple(part["Action"]))
            assert [
                arn for arn in part["Resource"] if "*" in arn and not (allowed and re.fullmatch(allowed, arn))
            ] == []


def test_every_permission_has_an_id_that_iam_takes(graph: Graph) -> None:
    """A statement's id is made of its resource's name, and takes letters, digits, - and _ alone."""
    names = graph.of("aws:lambda/permission:Permission")

    assert [name for name in names if not re.fullmatch(r"[A-Za-z0-9_-]{1,92}", name)] == []


def test_every_role_is_one_service_s_to_assume(graph: Graph) -> None:
    """Lambda becomes its functions; whatever else has a role becomes it for its own resource."""
    functions = graph.of("aws:lambda/function:Function")
    trusts = {
        name: statements(item.inputs["assumeRolePolicy"])
        for name, item in graph.of("aws:iam/role:Role").items()
    }

    def trust(service: str, condition: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        allowed = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
        return [{**allowed, "Condition": condition} if condition else allowed]

    group = {
        "ArnEquals": {"aws:SourceArn": f"arn:aws:scheduler:{REGION}:schedule-group/default"},
        "StringEquals": {"aws:SourceAccount": "123456789012"},
    }
    assert trusts == {
        **{name: trust("lambda.amazonaws.com") for name in functions},
        "audit": trust("firehose.amazonaws.com", {"StringEquals": {"sts:ExternalId": "123456789012"}}),
        "daily-digest-role": trust("scheduler.amazonaws.com", group),
        "dead-letter-depth-role": trust("scheduler.amazonaws.com", group),
    }


def test_every_role_stays_within_the_account_s_boundary() -> None:
    """Where the account demands a boundary, no function's role is made without it."""
    boundary = "arn:aws:iam::123456789012:policy/strata-dev-boundary"
    graph = whole("dev", strata__permissionsBoundary=boundary)

    assert {item.inputs["permissionsBoundary"] for item in graph.of("aws:iam/role:Role").values()} == {
        boundary
    }


def test_every_function_is_told_of_the_tables_that_it_may_use(graph: Graph, stack: str) -> None:
    """What a function is told and what it may touch are the same tables."""
    for name, item in graph.of("aws:lambda/function:Function").items():
        variables = item.inputs["environment"]["variables"]
        told = {
            key.removesuffix("_TABLE").lower(): value
            for key, value in variables.items()
            if key.endswith("_TABLE")
        }

        used = {
            arn.removeprefix(TABLE).partition("/")[0]
            for actions, arns, _ in grants(stack)[name]
            for arn in arns
            # A stream's reader is given the items; it needs no name to ask for them.
            if arn.startswith(TABLE) and "dynamodb:GetRecords" not in actions
        }
        assert told == {table: table for table in used}
