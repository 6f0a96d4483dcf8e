"""Rules for every permission; `recorded/permissions.txt` has the permissions of each role.

These tests cannot show how AWS evaluates a policy.
"""

from __future__ import annotations

import re

from tools.graph import Graph, statements, whole

WILDCARDS = {
    ("logs:CreateLogStream", "logs:PutLogEvents"): r".*:log-stream:\*",
    ("xray:PutTelemetryRecords", "xray:PutTraceSegments"): r"\*",
    ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"): r"arn:aws:s3:::audit/(events|errors)/\*",
    ("s3:GetObject", "s3:PutObject"): r"arn:aws:s3:::site/releases/\*/release\.json",
    ("s3:DeleteObject",): r"arn:aws:s3:::site/(assets|releases)/\*",
    ("execute-api:ManageConnections",): r".*:realtime-id/ws/(DELETE|POST)/@connections/\*",
    ("sns:Publish",): r"\*",
}
"""The resources with a wildcard, by actions: AWS names them later, or has no resource for the action."""


SENDERS = ("me-phone-code", "notifications-send")
"""The functions that send text messages."""

DENIED = {name: [(["sns:Publish"], ["arn:aws:sns:*:*:*"])] for name in SENDERS}
"""What a role denies, by role: the resources that a wildcard of its own would allow too."""


def test_policies_have_only_listed_wildcards(graph: Graph) -> None:
    """No action has a wildcard, and a resource has one only if `WILDCARDS` lists it."""
    for name, item in graph.of("aws:iam/rolePolicy:RolePolicy").items():
        parts = statements(item.inputs["policy"])
        denied = [part for part in parts if part["Effect"] == "Deny"]
        assert [(part["Action"], part["Resource"]) for part in denied] == DENIED.get(name, [])
        assert not any("Condition" in part for part in denied)
        for part in (part for part in parts if part not in denied):
            assert part["Effect"] == "Allow"
            assert not [action for action in part["Action"] if "*" in action]
            allowed = WILDCARDS.get(tuple(part["Action"]))
            assert [
                arn for arn in part["Resource"] if "*" in arn and not (allowed and re.fullmatch(allowed, arn))
            ] == []


def test_sms_can_be_sent_to_telephone_numbers_only(graph: Graph) -> None:
    """Every role that may publish to `*` denies publishing to topics, whose ARNs `*` matches too."""
    publishers = {
        name: {part["Effect"]: part["Resource"] for part in parts if "sns:Publish" in part["Action"]}
        for name, item in graph.of("aws:iam/rolePolicy:RolePolicy").items()
        if "sns:Publish" in item.inputs["policy"] and (parts := statements(item.inputs["policy"]))
    }

    assert publishers == {name: {"Allow": ["*"], "Deny": ["arn:aws:sns:*:*:*"]} for name in SENDERS}


def test_names_of_permissions_are_valid_statement_ids(graph: Graph) -> None:
    """The statement id derives from the resource's name; it may have only a-z, A-Z, 0-9, - and _."""
    names = graph.of("aws:lambda/permission:Permission")

    assert [name for name in names if not re.fullmatch(r"[A-Za-z0-9_-]{1,92}", name)] == []


UNCONDITIONAL = {"lambda.amazonaws.com"}
"""The services that pass no source when they assume a role."""


def test_every_role_is_assumed_by_one_service_on_behalf_of_one_source(graph: Graph) -> None:
    """Only Lambda passes no source; other services pass the resource or account that they act for."""
    functions = graph.of("aws:lambda/function:Function")

    for name, item in graph.of("aws:iam/role:Role").items():
        (trust,) = statements(item.inputs["assumeRolePolicy"])
        service = trust["Principal"]["Service"]
        assert (trust["Effect"], trust["Action"]) == ("Allow", "sts:AssumeRole")
        assert (service in UNCONDITIONAL) == (name in functions)
        keys = {key for values in trust.get("Condition", {}).values() for key in values}
        assert service in UNCONDITIONAL or keys & {"aws:SourceArn", "sts:ExternalId"}, name


def test_every_role_has_the_permissions_boundary() -> None:
    """If the settings require a permissions boundary, every role has it."""
    boundary = "arn:aws:iam::123456789012:policy/strata-dev-boundary"
    graph = whole("dev", strata__permissionsBoundary=boundary)

    assert {item.inputs["permissionsBoundary"] for item in graph.of("aws:iam/role:Role").values()} == {
        boundary
    }
