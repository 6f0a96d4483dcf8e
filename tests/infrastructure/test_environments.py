"""What the environment classes make of the same program, and that no secret lies open in it."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from local import program
from local.stack import Stack
from tests.infrastructure.graph import ROOT, Graph, Recorder, Registered, Secret, whole

FUNCTION = "aws:lambda/function:Function"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
POLICY = "aws:iam/rolePolicy:RolePolicy"
POOL = "aws:cognito/userPool:UserPool"
TABLE = "aws:dynamodb/table:Table"


def differing(one: Graph, other: Graph) -> dict[tuple[str, str], list[Any]]:
    """The inputs that differ, by type and input: each resource's two values."""

    def plain(item: Registered, key: str) -> Any:
        value = item.inputs.get(key)
        if isinstance(value, pulumi.FileArchive):
            return value.path
        return json.loads(json.dumps(value).replace(f"strata-{stack_of(item)}-", "strata-STACK-"))

    def stack_of(item: Registered) -> str:
        return item.urn.split(":")[2]

    found: dict[tuple[str, str], list[Any]] = {}
    for item in one.resources.values():
        twin = other.resources[item.urn.replace(f":{stack_of(item)}::", ":prod::", 1)]
        for key in {*item.inputs, *twin.inputs} - {"tags"}:
            values = plain(item, key), plain(twin, key)
            if values[0] != values[1]:
                found.setdefault((item.type, key), []).append(values)
    return found


def test_dev_and_prod_differ_just_where_they_should(dev: Graph, prod: Graph) -> None:
    """Retention, protection, throttling and the public address; nothing else."""
    differences = differing(dev, prod)

    assert {key: values[0] for key, values in differences.items()} == {
        (LOG_GROUP, "retentionInDays"): (14, 365),
        (TABLE, "deletionProtectionEnabled"): (False, True),
        (POOL, "deletionProtection"): ("INACTIVE", "ACTIVE"),
        ("aws:cognito/userPoolClient:UserPoolClient", "callbackUrls"): (
            ["http://localhost:8080/"],
            ["https://strata.example.com/"],
        ),
        ("aws:cognito/userPoolClient:UserPoolClient", "logoutUrls"): (
            ["http://localhost:8080/"],
            ["https://strata.example.com/"],
        ),
        ("aws:lambda/layerVersion:LayerVersion", "skipDestroy"): (False, True),
        ("aws:apigatewayv2/stage:Stage", "defaultRouteSettings"): (
            {"throttlingRateLimit": 100, "throttlingBurstLimit": 200},
            {"throttlingRateLimit": 1_000, "throttlingBurstLimit": 2_000},
        ),
        ("aws:apigatewayv2/stage:Stage", "routeSettings"): (
            [],
            [{"routeKey": "POST /users", "throttlingRateLimit": 50, "throttlingBurstLimit": 100}],
        ),
    }
    for values in differences.values():
        assert all(pair == values[0] for pair in values), "what differs, differs alike everywhere"


@pytest.mark.parametrize(
    ("stack", "protection", "recovery", "tracing", "mfa"),
    [
        ("local", False, False, "PassThrough", "OFF"),
        ("dev", False, True, "Active", "OPTIONAL"),
        ("prod", True, True, "Active", "OPTIONAL"),
    ],
)
def test_each_class_protects_and_observes_as_it_should(
    stack: str, protection: bool, recovery: bool, tracing: str, mfa: str
) -> None:
    """Every table, the pool and every function follow the class."""
    graph = whole(stack)

    for table in graph.of(TABLE).values():
        assert table.inputs["deletionProtectionEnabled"] is protection
        assert table.inputs["pointInTimeRecovery"] == {"enabled": recovery}
        assert table.inputs["serverSideEncryption"] == {"enabled": True}
    (pool,) = graph.of(POOL).values()
    assert pool.inputs["deletionProtection"] == ("ACTIVE" if protection else "INACTIVE")
    assert pool.inputs["mfaConfiguration"] == mfa
    assert {item.inputs["tracingConfig"]["mode"] for item in graph.of(FUNCTION).values()} == {tracing}


def test_a_browser_gets_no_secret_and_a_machine_does() -> None:
    """The browser signs in with the code flow alone; machines with their credentials alone."""
    clients = whole("local").of("aws:cognito/userPoolClient:UserPoolClient")

    assert {
        name: (
            client.inputs["generateSecret"],
            client.inputs["allowedOauthFlows"],
            client.inputs["allowedOauthScopes"],
        )
        for name, client in clients.items()
    } == {
        "auth-browser": (False, ["code"], ["openid", "email", "profile"]),
        "auth-reporting": (True, ["client_credentials"], ["users/read"]),
        "auth-provisioning": (True, ["client_credentials"], ["users/read", "users/write"]),
    }


PROVIDERS = {
    "strata:auth": {
        "identityProviders": {
            "google": {"clientId": "google-id", "clientSecret": "google-s3cr3t"},
            "facebook": {"clientId": "facebook-id", "clientSecret": "facebook-s3cr3t"},
        }
    }
}


def test_no_secret_of_the_config_lies_open_in_the_graph() -> None:
    """An identity provider's secret reaches that provider, marked as a secret, and nothing else."""
    graph = whole("dev", secrets=("strata:auth",), **PROVIDERS)
    holders = {
        (item.name, key, isinstance(value, Secret))
        for item in graph.resources.values()
        for key, value in item.inputs.items()
        if "s3cr3t" in repr(value)
    }

    assert holders == {
        ("auth-google", "providerDetails", True),
        ("auth-facebook", "providerDetails", True),
    }
    assert "s3cr3t" not in repr(graph.outputs)


def test_a_configured_identity_provider_is_offered_to_the_browser() -> None:
    """Google and Facebook are there when configured, and only then."""
    graph = whole("dev", secrets=("strata:auth",), **PROVIDERS)
    browser = graph.inputs("aws:cognito/userPoolClient:UserPoolClient", "auth-browser")

    assert browser["supportedIdentityProviders"] == ["COGNITO", "Google", "Facebook"]
    assert graph.inputs("aws:cognito/identityProvider:IdentityProvider", "auth-google")[
        "attributeMapping"
    ] == {
        "username": "sub",
        "email": "email",
        "email_verified": "email_verified",
        "name": "name",
    }


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("strata:enviroment", "dev", 'strata:enviroment: "dev": unknown; did you mean environment?'),
        (
            "strata:api",
            {"routes": {"PUT /me": {"rateLimit": 1, "burstLimit": 1}}},
            "strata:api.routes.PUT /me: ",
        ),
        (
            "strata:auth",
            {"machineClients": {"x": ["users/all"]}},
            'strata:auth.machineClients.x: "users/all": ',
        ),
        ("strata:functions", {"snapStart": True}, "strata:functions.snapStart: true: expected false"),
    ],
)
def test_a_broken_config_stops_the_program_before_anything_is_registered(
    key: str, value: Any, line: str
) -> None:
    """Not one resource is declared, whatever the problem."""
    stack = Stack.load(ROOT, "dev", {key: value})
    recorder = Recorder()

    with pytest.raises(pulumi.RunError) as caught:
        program.run(ROOT, stack, recorder)
    assert str(caught.value).startswith(line)
    assert recorder.graph.resources == {}
