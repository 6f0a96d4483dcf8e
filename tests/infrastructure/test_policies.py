"""What each function may do: exactly this, and nothing else."""

from __future__ import annotations

import re

from tests.infrastructure.graph import Graph, statements, whole

REGION = "us-east-1:123456789012"
TABLE = f"arn:aws:dynamodb:{REGION}:table/"
WILDCARDS = {
    ("logs:CreateLogStream", "logs:PutLogEvents"): ":log-stream:*",
    ("xray:PutTelemetryRecords", "xray:PutTraceSegments"): "*",
}
"""The only resources with a wildcard: a stream's name is Lambda's choice, and X-Ray knows no resources."""

GRANTS = {
    "auth-pre-token": [],
    "fallback-not-found": [],
    "health-read": [],
    "openapi-read": [],
    "me-read": [
        (["GetItem", "PutItem", "UpdateItem"], "users"),
        (["GetItem", "PutItem"], "identities"),
    ],
    "me-change": [
        (["GetItem", "PutItem", "UpdateItem"], "users"),
        (["GetItem", "PutItem"], "identities"),
    ],
    "users-change": [
        (["GetItem", "UpdateItem"], "users"),
        (["DeleteItem", "PutItem"], "identities"),
    ],
    "users-create": [(["PutItem"], "users"), (["PutItem"], "identities"), (["PutItem"], "idempotency")],
    "users-delete": [(["DeleteItem", "GetItem"], "users"), (["DeleteItem"], "identities")],
    "users-list": [(["Query"], "users/index/by-creation"), (["Query"], "users/index/by-email")],
    "users-read": [(["GetItem"], "users")],
}


def test_every_policy_is_exact(graph: Graph, stack: str) -> None:
    """The whole of every policy: its data, its own log streams, and tracing where the stack traces."""
    tracing = [(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"])]

    def expected(name: str) -> list[tuple[list[str], list[str]]]:
        streams = f"arn:aws:logs:{REGION}:log-group:{name}:log-stream:*"
        data = [([f"dynamodb:{verb}" for verb in verbs], [TABLE + on]) for verbs, on in GRANTS[name]]
        logs = [(["logs:CreateLogStream", "logs:PutLogEvents"], [streams])]
        return [*data, *logs, *(tracing if stack != "local" else [])]

    assert {
        name: [(part["Action"], part["Resource"]) for part in statements(item.inputs["policy"])]
        for name, item in graph.of("aws:iam/rolePolicy:RolePolicy").items()
    } == {name: expected(name) for name in GRANTS}


def test_no_policy_has_a_wildcard_that_is_not_on_the_list(graph: Graph) -> None:
    """No action with a wildcard, and no resource with one but the two that AWS leaves no choice about."""
    for item in graph.of("aws:iam/rolePolicy:RolePolicy").values():
        for part in statements(item.inputs["policy"]):
            assert part["Effect"] == "Allow"
            assert not [action for action in part["Action"] if "*" in action]
            allowed = WILDCARDS.get(tuple(part["Action"]))
            assert [
                arn for arn in part["Resource"] if "*" in arn and not (allowed and arn.endswith(allowed))
            ] == []


def test_every_permission_has_an_id_that_iam_takes(graph: Graph) -> None:
    """A statement's id is made of its resource's name, and takes letters, digits, - and _ alone."""
    names = graph.of("aws:lambda/permission:Permission")

    assert [name for name in names if not re.fullmatch(r"[A-Za-z0-9_-]{1,92}", name)] == []


def test_every_role_is_lambda_s_to_assume_alone(graph: Graph) -> None:
    """Nothing but the Lambda service may become a function."""
    for item in graph.of("aws:iam/role:Role").values():
        assert statements(item.inputs["assumeRolePolicy"]) == [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
        ]


def test_every_role_stays_within_the_account_s_boundary() -> None:
    """Where the account demands a boundary, no function's role is made without it."""
    boundary = "arn:aws:iam::123456789012:policy/strata-dev-boundary"
    graph = whole("dev", strata__permissionsBoundary=boundary)

    assert {item.inputs["permissionsBoundary"] for item in graph.of("aws:iam/role:Role").values()} == {
        boundary
    }


def test_every_function_is_told_of_the_tables_that_it_may_use(graph: Graph) -> None:
    """What a function is told and what it may touch are the same tables."""
    for name, item in graph.of("aws:lambda/function:Function").items():
        variables = item.inputs["environment"]["variables"]
        told = {
            key.removesuffix("_TABLE").lower(): value
            for key, value in variables.items()
            if key.endswith("_TABLE")
        }

        assert told == {on.partition("/")[0]: on.partition("/")[0] for _, on in GRANTS[name]}
