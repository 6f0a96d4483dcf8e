"""Differences between environment classes, and secrets of the stack config."""

from __future__ import annotations

import json
import re
from typing import Any

import pulumi
import pytest

from handlers.users.storage import SIGNED_OUT_SECONDS
from local.driver import program
from local.driver.stack import Stack
from tools.graph import ACCOUNT, REGION, ROOT, Graph, Recorder, Registered, Secret, whole

FUNCTION = "aws:lambda/function:Function"
CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
POLICY = "aws:iam/rolePolicy:RolePolicy"
POOL = "aws:cognito/userPool:UserPool"
STAGE = "aws:apigatewayv2/stage:Stage"
TABLE = "aws:dynamodb/table:Table"
SENDERS = ("no-reply@dev.example.com", "no-reply@example.com")
DIFFERENCES: dict[tuple[str, str], tuple[Any, Any]] = {
    (LOG_GROUP, "retentionInDays"): (14, 365),
    ("aws:lambda/eventSourceMapping:EventSourceMapping", "scalingConfig.maximumConcurrency"): (2, 10),
    (TABLE, "deletionProtectionEnabled"): (False, True),
    (POOL, "deletionProtection"): ("INACTIVE", "ACTIVE"),
    (POOL, "mfaConfiguration"): ("OFF", "ON"),
    (POOL, "softwareTokenMfaConfiguration.enabled"): (None, True),
    (POOL, "emailConfiguration.emailSendingAccount"): ("COGNITO_DEFAULT", "DEVELOPER"),
    (POOL, "emailConfiguration.sourceArn"): (
        None,
        f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/example.com",
    ),
    (POOL, "emailConfiguration.fromEmailAddress"): (None, "no-reply@example.com"),
    (POOL, "emailConfiguration.configurationSet"): (None, "strata-STACK-mail"),
    (CLIENT, "refreshTokenValidity"): (24, 12),
    ("aws:lambda/layerVersion:LayerVersion", "skipDestroy"): (False, True),
    (STAGE, "defaultRouteSettings.throttlingRateLimit"): (100, 1_000),
    (STAGE, "defaultRouteSettings.throttlingBurstLimit"): (200, 2_000),
    (STAGE, "routeSettings"): (
        [],
        [{"routeKey": "POST /users", "throttlingRateLimit": 50, "throttlingBurstLimit": 100}],
    ),
    ("aws:cloudfront/distribution:Distribution", "priceClass"): ("PriceClass_100", "PriceClass_All"),
    (FUNCTION, "environment.variables.EFFECTS_DAYS"): ("28", "379"),
    (FUNCTION, "environment.variables.MAIL_SENDER"): SENDERS,
    (FUNCTION, "publish"): (False, True),
    (FUNCTION, "snapStart.applyOn"): (None, "PublishedVersions"),
    ("aws:lambda/permission:Permission", "qualifier"): (None, "live"),
    ("aws:sesv2/emailIdentity:EmailIdentity", "emailIdentity"): ("dev.example.com", "example.com"),
    ("aws:cloudwatch/eventArchive:EventArchive", "retentionDays"): (14, 365),
    ("aws:s3/bucket:Bucket", "forceDestroy"): (True, False),
    ("aws:kms/key:Key", "deletionWindowInDays"): (7, 30),
    ("aws:secretsmanager/secret:Secret", "recoveryWindowInDays"): (0, 30),
    ("aws:glue/catalogTable:CatalogTable", "parameters.projection.date.range"): (
        "NOW-120DAYS,NOW",
        "NOW-2555DAYS,NOW",
    ),
}
"""The values of dev and prod, by type and path of the input that differs."""


def differing(one: Graph, other: Graph) -> dict[tuple[str, str], list[Any]]:
    """Return the inputs that differ, by type and path: the two values for each resource."""
    found: dict[tuple[str, str], list[Any]] = {}
    for item in one.resources.values():
        twin = other.resources[item.urn.replace(f":{stack_of(item)}::", f":{stack_of_graph(other)}::", 1)]
        ours, theirs = leaves(item), leaves(twin)
        for path in {*ours, *theirs}:
            if ours.get(path) != theirs.get(path):
                found.setdefault((item.type, path), []).append((ours.get(path), theirs.get(path)))
    return found


def limits_of(rules: list[Any]) -> tuple[list[int], list[int], list[int]]:
    """Return the days of lifecycle rules: of old versions, of moves to cold storage, and of expiry."""
    return (
        [rule["noncurrentVersionExpiration"]["noncurrentDays"] for rule in rules[:1]],
        [move["days"] for rule in rules[1:] for move in rule.get("transitions", ())],
        [rule["expiration"]["days"] for rule in rules[1:]],
    )


def stack_of(item: Registered) -> str:
    """Return the stack of a resource."""
    return item.urn.split(":")[2]


def stack_of_graph(graph: Graph) -> str:
    """Return the stack of a graph."""
    return stack_of(next(iter(graph.resources.values())))


def leaves(item: Registered) -> dict[str, Any]:
    """Return a resource's inputs by path, without tags and with a placeholder for the stack's name."""
    found: dict[str, Any] = {}
    own = re.compile(rf"strata([-_]){stack_of(item)}([-_])|(stack ){stack_of(item)}$")

    def placeholder(value: Any) -> Any:
        if isinstance(value, list):
            return [placeholder(each) for each in value]
        return own.sub(r"strata\1STACK\2\3", json.dumps(value)[1:-1]) if isinstance(value, str) else value

    def walk(path: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(f"{path}.{key}", inner)
        else:
            is_file = isinstance(value, pulumi.FileArchive | pulumi.FileAsset)
            found[path] = value.path if is_file else placeholder(value)

    for key in set(item.inputs) - {"tags"}:
        walk(key, item.inputs[key])
    return found


def test_dev_and_prod_differ_only_in_listed_inputs(dev: Graph, prod: Graph) -> None:
    """They differ in retention, protection, limits, SnapStart, addresses and names; nothing else."""
    differences = differing(dev, prod)
    rules = differences.pop(("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "rules"))
    policies = differences.pop((POLICY, "policy"))
    callers = [
        pair
        for key in (
            ("aws:apigatewayv2/authorizer:Authorizer", "authorizerUri"),
            ("aws:apigatewayv2/integration:Integration", "integrationUri"),
            (POOL, "lambdaConfig.preTokenGenerationConfig.lambdaArn"),
        )
        for pair in differences.pop(key)
    ]

    assert {key: values[0] for key, values in differences.items()} == DIFFERENCES
    for values in differences.values():
        assert all(pair == values[0] for pair in values), "an input differs alike for every resource"
    # With SnapStart callers use the alias of the same function.
    assert [re.sub(r"(:function:[a-z-]+)", r"\1:live", one) for one, _ in callers] == [
        two for _, two in callers
    ]
    # The buckets of the site, of access logs and of the audit trail.
    assert sorted((limits_of(one), limits_of(two)) for one, two in rules) == [
        (([7], [], []), ([90], [], [])),
        (([7], [], [14]), ([90], [], [365])),
        (([7], [30, 30], [120, 120]), ([90], [90, 90], [2_555, 2_555])),
    ]
    # Policies differ only in the address from which the stack sends email.
    assert [one.replace("dev.example.com", "example.com") for one, _ in policies] == [
        two for _, two in policies
    ]


@pytest.mark.parametrize(
    ("stack", "protection", "recovery", "tracing", "mfa"),
    [
        ("local", False, False, "PassThrough", "OFF"),
        ("dev", False, True, "Active", "OFF"),
        ("prod", True, True, "Active", "ON"),
    ],
)
def test_protection_and_tracing_follow_the_environment_class(
    stack: str, protection: bool, recovery: bool, tracing: str, mfa: str
) -> None:
    """This includes every table, the user pool and every function."""
    graph = whole(stack)

    for table in graph.of(TABLE).values():
        assert table.inputs["deletionProtectionEnabled"] is protection
        assert table.inputs["pointInTimeRecovery"] == {"enabled": recovery}
        assert table.inputs["serverSideEncryption"] == {"enabled": True}
    (pool,) = graph.of(POOL).values()
    assert pool.inputs["deletionProtection"] == ("ACTIVE" if protection else "INACTIVE")
    assert pool.inputs["mfaConfiguration"] == mfa
    assert {item.inputs["tracingConfig"]["mode"] for item in graph.of(FUNCTION).values()} == {tracing}


@pytest.mark.parametrize("function", ["me-phone-code", "notifications-send"])
def test_sms_countries_reach_the_functions_that_send(dev: Graph, function: str) -> None:
    """No country is allowed by default; the embedded cloud allows all."""
    given = whole("dev", strata__notifications={"smsCountries": ["+44", "+1868"]})

    def countries(graph: Graph) -> Any:
        variables: Any = graph.inputs(FUNCTION, function)["environment"]
        return json.loads(variables["variables"]["SMS_COUNTRIES"])

    assert countries(dev) == []
    assert countries(given) == ["+44", "+1868"]
    assert countries(whole("local")) == [f"+{digit}" for digit in range(1, 10)]


def test_only_machine_clients_have_a_secret() -> None:
    """The browser uses only the authorization code flow, machines only client credentials."""
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


def test_subject_of_a_deleted_user_is_kept_longer_than_any_access_token_is_valid(dev: Graph) -> None:
    """An access token that was issued just before the deletion creates no new profile."""
    clients = dev.of(CLIENT).values()

    assert {client.inputs["tokenValidityUnits"]["accessToken"] for client in clients} == {"minutes"}
    assert max(client.inputs["accessTokenValidity"] for client in clients) * 60 < SIGNED_OUT_SECONDS


PROVIDERS = {
    "strata:auth": {
        "identityProviders": {
            "google": {"clientId": "google-id", "clientSecret": "google-s3cr3t"},
        }
    }
}


def test_secrets_of_the_config_are_secrets_in_the_graph() -> None:
    """An identity provider's secret is an input of that provider only, and is marked as a secret."""
    graph = whole("dev", secrets=("strata:auth",), **PROVIDERS)
    holders = {
        (item.name, key, isinstance(value, Secret))
        for item in graph.resources.values()
        for key, value in item.inputs.items()
        if "s3cr3t" in repr(value)
    }

    assert holders == {("auth-google", "providerDetails", True)}
    assert "s3cr3t" not in repr(graph.outputs)


def test_browser_supports_the_configured_identity_providers() -> None:
    """Google is supported if it is configured, and states whether an address is verified."""
    graph = whole("dev", secrets=("strata:auth",), **PROVIDERS)
    browser = graph.inputs("aws:cognito/userPoolClient:UserPoolClient", "auth-browser")

    assert browser["supportedIdentityProviders"] == ["COGNITO", "Google"]
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
        ("strata:functions", {"snapStart": 1}, "strata:functions.snapStart: 1: expected a valid boolean"),
    ],
)
def test_invalid_config_stops_the_program_before_any_registration(key: str, value: Any, line: str) -> None:
    """The program registers no resource, and the error names the key and the value."""
    stack = Stack.load(ROOT, "dev", {key: value})
    recorder = Recorder()

    with pytest.raises(pulumi.RunError) as caught:
        program.run(ROOT, stack, recorder)
    assert str(caught.value).startswith(line)
    assert recorder.graph.resources == {}
