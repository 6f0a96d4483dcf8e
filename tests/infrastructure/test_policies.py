"""Rules for every permission. What each role may do is recorded in `recorded/permissions.txt`."""

from __future__ import annotations

import re

from tools.graph import Graph, statements, whole

WILDCARDS = {
    ("logs:CreateLogStream", "logs:PutLogEvents"): r".*:log-stream:\*",
    ("xray:PutTelemetryRecords", "xray:PutTraceSegments"): r"\*",
    ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"): r"arn:aws:s3:::audit/(events|errors)/\*",
    ("execute-api:ManageConnections",): r".*:realtime-id/ws/POST/@connections/\*",
    ("sns:Publish",): r"\*",
    ("cloudwatch:PutMetricData",): r"\*",
}
"""The only resources with a wildcard: what others name, and what AWS knows no resource for."""


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


UNCONDITIONAL = {"lambda.amazonaws.com"}
"""The services that pass no source when they assume a role."""


def test_every_role_is_assumed_by_one_service_for_one_source(graph: Graph) -> None:
    """Lambda assumes the roles of functions; another service names the resource or account it works for."""
    functions = graph.of("aws:lambda/function:Function")

    for name, item in graph.of("aws:iam/role:Role").items():
        (trust,) = statements(item.inputs["assumeRolePolicy"])
        service = trust["Principal"]["Service"]
        assert (trust["Effect"], trust["Action"]) == ("Allow", "sts:AssumeRole")
        assert (service in UNCONDITIONAL) == (name in functions)
        keys = {key for values in trust.get("Condition", {}).values() for key in values}
        assert service in UNCONDITIONAL or keys & {"aws:SourceArn", "sts:ExternalId"}, name


def test_every_role_stays_within_the_account_s_boundary() -> None:
    """Where the account demands a boundary, no function's role is made without it."""
    boundary = "arn:aws:iam::123456789012:policy/strata-dev-boundary"
    graph = whole("dev", strata__permissionsBoundary=boundary)

    assert {item.inputs["permissionsBoundary"] for item in graph.of("aws:iam/role:Role").values()} == {
        boundary
    }
