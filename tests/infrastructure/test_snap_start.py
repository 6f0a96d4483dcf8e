"""SnapStart: which functions of production have it, and that their callers use the published version.

What this cannot show: that Lambda restores the snapshots, and what a restore costs.
"""

from __future__ import annotations

import pytest

from tools.graph import Graph

ALIAS = "aws:lambda/alias:Alias"
AUTHORIZER = "aws:apigatewayv2/authorizer:Authorizer"
FUNCTION = "aws:lambda/function:Function"
INTEGRATION = "aws:apigatewayv2/integration:Integration"
PERMISSION = "aws:lambda/permission:Permission"
POLICY = "aws:iam/rolePolicy:RolePolicy"
ARN = "arn:aws:lambda:us-east-1:123456789012:function"
URI = "arn:aws:apigateway:us-east-1:lambda:path"

MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"


def without_waiting_callers(graph: Graph) -> set[str]:
    """Return the consumers of queues and streams, and the functions that are invoked asynchronously."""
    consumers = {each.inputs["functionName"].rpartition(":")[2] for each in graph.of(MAPPING).values()}
    return consumers | {each.inputs["functionName"] for each in graph.of(INVOKE_CONFIG).values()}


def waited_for(graph: Graph) -> set[str]:
    """The functions that a gateway or the user pool invokes and waits for, from its permissions."""
    waiting = {"apigateway.amazonaws.com", "cognito-idp.amazonaws.com"}
    return {
        each.inputs["function"]
        for each in graph.of(PERMISSION).values()
        if each.inputs["principal"] in waiting
    }


def test_production_snapshots_exactly_the_functions_that_callers_wait_for(prod: Graph) -> None:
    """Routes, authorizers and the pre-token trigger have SnapStart; no other function has."""
    functions = prod.of(FUNCTION)
    snapshots = {name for name, each in functions.items() if "snapStart" in each.inputs}

    assert snapshots == waited_for(prod) == set(functions) - without_waiting_callers(prod)
    assert {
        name: (each.inputs.get("snapStart"), each.inputs["publish"]) for name, each in functions.items()
    } == {
        name: ({"applyOn": "PublishedVersions"}, True) if name in snapshots else (None, False)
        for name in functions
    }


@pytest.mark.parametrize("stack", ["local", "dev"])
def test_other_environment_classes_publish_nothing(graph: Graph) -> None:
    """Outside production no function has SnapStart, a version or an alias."""
    published = {
        name
        for name, each in graph.of(FUNCTION).items()
        if each.inputs["publish"] or "snapStart" in each.inputs
    }

    assert (published, graph.of(ALIAS)) == (set(), {})
    assert {each.inputs.get("qualifier") for each in graph.of(PERMISSION).values()} == {None}


def test_each_snapshot_function_has_the_alias_live_of_its_published_version(prod: Graph) -> None:
    """The alias follows the version that the function publishes, so that a deployment moves callers to it."""
    aliases = prod.of(ALIAS)

    assert {name: dict(each.inputs) for name, each in aliases.items()} == {
        name: {"name": "live", "functionName": name, "functionVersion": "1"} for name in waited_for(prod)
    }
    for name, alias in aliases.items():
        assert [urn.rpartition("::")[2] for urn in alias.dependencies if FUNCTION in urn] == [name]


def test_permissions_are_on_the_alias_that_is_invoked(prod: Graph) -> None:
    """Lambda checks a permission on the alias when the alias is invoked: one without would deny the call."""
    wrong = {
        name: each.inputs
        for name, each in prod.of(PERMISSION).items()
        if (each.inputs["function"] in waited_for(prod)) != (each.inputs.get("qualifier") == "live")
    }

    assert wrong == {}


def test_integrations_invoke_the_alias(prod: Graph) -> None:
    """Every route of both APIs reaches its function through the alias."""
    assert {each.inputs["integrationUri"] for each in prod.of(INTEGRATION).values()} == {
        f"{URI}/{ARN}:{name}:live/invocations"
        for name in waited_for(prod) - {"partners-authorizer", "realtime-authorizer", "auth-pre-token"}
    }


def test_authorizers_are_invoked_through_their_aliases(prod: Graph) -> None:
    """The partners' authorizer and the WebSocket API's; the JWT authorizer has no function."""
    uris = {name: each.inputs.get("authorizerUri") for name, each in prod.of(AUTHORIZER).items()}

    assert uris == {
        "api-jwt": None,
        "api-partners": f"{URI}/{ARN}:partners-authorizer:live/invocations",
        "realtime-authorizer": f"{URI}/{ARN}:realtime-authorizer:live/invocations",
    }


def test_the_user_pool_invokes_the_trigger_s_alias(prod: Graph) -> None:
    """Cognito calls the pre-token trigger by the ARN of its alias."""
    (pool,) = prod.of("aws:cognito/userPool:UserPool").values()

    assert pool.inputs["lambdaConfig"] == {
        "preTokenGenerationConfig": {"lambdaArn": f"{ARN}:auth-pre-token:live", "lambdaVersion": "V2_0"}
    }


def test_no_caller_names_a_snapshot_function_without_its_alias(prod: Graph) -> None:
    """The unqualified ARN invokes $LATEST, which has no snapshot: no input in the graph contains one."""
    bare = {f"{ARN}:{name}" for name in waited_for(prod)}
    found = {
        (item.name, arn)
        for item in prod.resources.values()
        if item.type not in {FUNCTION, ALIAS}
        for arn in bare
        if arn in (text := str(item.inputs)) and text.count(arn) != text.count(f"{arn}:live")
    }

    assert found == set()
