"""Each component by itself, with what the platform's own wiring leaves unused."""

from __future__ import annotations

from typing import Any

import pytest

from components.access import Custom, Iam, Jwt, Public
from components.api import Api
from components.auth import Auth
from components.data import Index, Table
from components.function import Function
from components.iam import Grant
from components.runtime import Runtime
from settings import Settings
from tests.infrastructure.graph import Graph, built, statements

ALARMS = "arn:aws:sns:us-east-1:123456789012:alarms"
HEALTH = "handlers.health.read:handler"
FUNCTION = "aws:lambda/function:Function"


def settings(environment: str = "development", **sections: Any) -> Settings:
    """The settings of a stack of this class."""
    import json

    sections = {"mail": {"sender": "no-reply@example.com"}, **sections}
    given = {f"strata:{name}": json.dumps(section) for name, section in sections.items()}
    return Settings.parse({"aws:region": "us-east-1", "strata:environment": environment, **given})


def function(of: Settings | None = None, **arguments: Any) -> Graph:
    """The graph of one function."""
    return built(
        lambda: Function(
            "job", HEALTH, runtime=Runtime("runtime", of or settings(), alarms=ALARMS), **arguments
        )
    )


def test_a_function_declares_all_that_it_needs() -> None:
    """Its inputs are whole: runtime, architecture, limits, logging, tracing and its own role."""
    graph = function(env={"TABLE": "users"})
    inputs = dict(graph.inputs(FUNCTION, "job"))
    inputs.pop("code")
    inputs.pop("layers")

    assert inputs == {
        "architectures": ["arm64"],
        "environment": {"variables": {"AWS_SDK_UA_APP_ID": "job", "LOG_LEVEL": "INFO", "TABLE": "users"}},
        "handler": "handlers.health.read.handler",
        "loggingConfig": {"applicationLogLevel": "INFO", "logFormat": "JSON", "logGroup": "job"},
        "memorySize": 512,
        "publish": False,
        "role": "arn:aws:iam::123456789012:role/job",
        "runtime": "python3.13",
        "tags": {"project": "strata", "stack": "test", "component": "job"},
        "timeout": 10,
        "tracingConfig": {"mode": "Active"},
    }


def test_a_function_may_write_its_logs_and_traces_and_nothing_else() -> None:
    """Without grants a policy holds the function's own log streams and X-Ray."""
    graph = function()

    assert statements(graph.inputs("aws:iam/rolePolicy:RolePolicy", "job")["policy"]) == [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": ["arn:aws:logs:us-east-1:123456789012:log-group:job:log-stream:*"],
        },
        {
            "Effect": "Allow",
            "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            "Resource": ["*"],
        },
    ]


def test_an_asynchronous_function_tries_again_and_keeps_what_fails() -> None:
    """Lambda retries by the stack's settings, then puts the invocation into a queue that it may write to."""
    asynchronous = {"retries": 1, "maximumAge": 600}
    graph = function(settings(functions={"asynchronous": asynchronous}), asynchronous=True)
    queue = "arn:aws:sqs:us-east-1:123456789012:job-dead-letters"

    assert "deadLetterConfig" not in graph.inputs(FUNCTION, "job")
    assert graph.inputs("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "job") == {
        "functionName": "job",
        "maximumRetryAttempts": 1,
        "maximumEventAgeInSeconds": 600,
        "destinationConfig": {"onFailure": {"destination": queue}},
    }
    assert {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": [queue]} in statements(
        graph.inputs("aws:iam/rolePolicy:RolePolicy", "job")["policy"]
    )


def test_the_retries_of_an_asynchronous_function_with_snap_start_are_its_alias_s() -> None:
    """An invocation through the alias has the alias's retries, not the function's."""
    graph = function(settings(functions={"snapStart": True}), asynchronous=True, snap_start=True)
    retries = graph.inputs("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "job")

    assert retries["qualifier"] == "live"


def test_a_function_that_somebody_waits_for_keeps_no_dead_letters() -> None:
    """Who asked is told of the failure."""
    graph = function()

    assert graph.of("aws:sqs/queue:Queue") == {}
    assert graph.of("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig") == {}


def test_a_function_with_snap_start_is_called_through_its_alias() -> None:
    """Snapshots are of published versions: permission and integration go to the alias."""
    graph = built(
        lambda: Function(
            "job",
            HEALTH,
            runtime=Runtime("runtime", settings(functions={"snapStart": True}), alarms=ALARMS),
            snap_start=True,
        ).allow_invoke("gateway", "apigateway.amazonaws.com", "arn:aws:execute-api:::x")
    )

    inputs = graph.inputs(FUNCTION, "job")
    assert (inputs["publish"], inputs["snapStart"]) == (True, {"applyOn": "PublishedVersions"})
    assert graph.inputs("aws:lambda/alias:Alias", "job") == {
        "name": "live",
        "functionName": "job",
        "functionVersion": "1",
    }
    assert graph.inputs("aws:lambda/permission:Permission", "job-gateway")["qualifier"] == "live"


def test_a_function_s_own_limits_win_over_the_stack_s() -> None:
    """Memory, timeout and reserved concurrency can be said for one function."""
    inputs = function(memory=1024, timeout=3, reserved_concurrency=5).inputs(FUNCTION, "job")

    assert (inputs["memorySize"], inputs["timeout"], inputs["reservedConcurrentExecutions"]) == (1024, 3, 5)


def test_tracing_off_needs_no_leave_to_trace() -> None:
    """An ephemeral stack traces nothing, and may not."""
    graph = function(settings("ephemeral"))
    document = graph.inputs("aws:iam/rolePolicy:RolePolicy", "job")["policy"]

    assert graph.inputs(FUNCTION, "job")["tracingConfig"] == {"mode": "PassThrough"}
    assert "xray" not in document


@pytest.mark.parametrize(
    ("actions", "resources", "complaint"),
    [
        (("dynamodb:*",), ("arn:aws:dynamodb:::table/a",), "expected an exact action"),
        (("dynamodb:Get*",), ("arn:aws:dynamodb:::table/a",), "expected an exact action"),
        (("GetItem",), ("arn:aws:dynamodb:::table/a",), "expected an exact action"),
        (("dynamodb:GetItem",), ("*",), "needs the reason"),
        (("dynamodb:GetItem",), ("arn:aws:dynamodb:::table/*",), "needs the reason"),
        (("dynamodb:GetItem",), (), "expected one of each"),
        ((), ("arn:aws:dynamodb:::table/a",), "expected one of each"),
    ],
)
def test_a_grant_that_is_too_wide_is_refused(
    actions: tuple[str, ...], resources: tuple[str, ...], complaint: str
) -> None:
    """A wildcard needs to be said and justified where it is made."""
    with pytest.raises(ValueError, match=complaint):
        Grant(actions, resources)


def test_a_grant_with_a_condition_holds_only_then() -> None:
    """The condition stands in the statement in IAM's own words."""
    condition = {"StringEquals": {"events:source": ["strata.users"]}}
    graph = function(grants=[Grant(("events:PutEvents",), ("arn:aws:events:::bus",), condition=condition)])

    assert statements(graph.inputs("aws:iam/rolePolicy:RolePolicy", "job")["policy"])[0] == {
        "Effect": "Allow",
        "Action": ["events:PutEvents"],
        "Resource": ["arn:aws:events:::bus"],
        "Condition": condition,
    }


def test_a_table_declares_keys_indexes_expiry_stream_and_protection() -> None:
    """Every key is an attribute once; production keeps the table from harm."""
    graph = built(
        lambda: Table(
            "orders",
            settings("production"),
            key="id",
            sort="line",
            indexes={"by-customer": Index("customer", sort="id"), "by-day": Index("day")},
            ttl="expiresAt",
            stream=True,
        )
    )

    assert graph.inputs("aws:dynamodb/table:Table", "orders") == {
        "attributes": [{"name": name, "type": "S"} for name in ("customer", "day", "id", "line")],
        "billingMode": "PAY_PER_REQUEST",
        "deletionProtectionEnabled": True,
        "globalSecondaryIndexes": [
            {
                "name": "by-customer",
                "keySchemas": [
                    {"attributeName": "customer", "keyType": "HASH"},
                    {"attributeName": "id", "keyType": "RANGE"},
                ],
                "projectionType": "ALL",
            },
            {
                "name": "by-day",
                "keySchemas": [{"attributeName": "day", "keyType": "HASH"}],
                "projectionType": "ALL",
            },
        ],
        "hashKey": "id",
        "rangeKey": "line",
        "pointInTimeRecovery": {"enabled": True},
        "serverSideEncryption": {"enabled": True},
        "streamEnabled": True,
        "streamViewType": "NEW_AND_OLD_IMAGES",
        "tags": {"project": "strata", "stack": "test", "component": "orders"},
        "ttl": {"attributeName": "expiresAt", "enabled": True},
    }
    assert [item.protect for item in graph.of("aws:dynamodb/table:Table").values()] == [True]


def test_a_grant_on_an_index_that_is_not_there_is_refused() -> None:
    """The error names the table and the indexes that it has."""

    def declare() -> None:
        table = Table("orders", settings(), key="id", indexes={"by-day": Index("day")})
        with pytest.raises(
            ValueError, match=r"table orders: no index 'by-week': expected one of \['by-day'\]"
        ):
            table.grant("Query", index="by-week")

    built(declare)


def api(access: dict[str, Any], *routes: str, authorizers: tuple[str, ...] = ()) -> Graph:
    """The graph of an API whose routes are all answered by one function each."""

    def declare() -> None:
        own = settings()
        runtime = Runtime("runtime", own, alarms=ALARMS)
        auth = Auth(
            "auth",
            own,
            runtime=runtime,
            scopes={"a/b": "c", "users/read": "d"},
            trigger="handlers.auth.pre_token:handler",
        )
        gateway = Api("api", own, access=access, auth=auth, runtime=runtime)
        for name in authorizers:
            gateway.authorizer(name, HEALTH)
        gateway.route(list(routes), HEALTH)
        gateway.deploy()

    return built(declare)


def test_each_kind_of_access_is_its_own_authorisation() -> None:
    """Scopes, any token, a function of ours, IAM, and everyone."""
    access = {
        "GET /scoped": Jwt(("users/read",)),
        "GET /signed-in": Jwt(),
        "GET /partner": Custom("partners"),
        "GET /internal": Iam(),
        "GET /open": Public("a test"),
    }
    graph = api(access, *access, authorizers=("partners",))

    assert {
        route.inputs["routeKey"]: (
            route.inputs["authorizationType"],
            route.inputs.get("authorizerId"),
            route.inputs.get("authorizationScopes"),
        )
        for route in graph.of("aws:apigatewayv2/route:Route").values()
    } == {
        "GET /scoped": ("JWT", "api-jwt-id", ["users/read"]),
        "GET /signed-in": ("JWT", "api-jwt-id", None),
        "GET /partner": ("CUSTOM", "api-partners-id", None),
        "GET /internal": ("AWS_IAM", None, None),
        "GET /open": ("NONE", None, None),
    }


def test_a_lambda_authorizer_is_cached_and_may_be_called_by_its_gateway_alone() -> None:
    """It answers simply, for five minutes, and to this authorizer only."""
    graph = api({"GET /partner": Custom("partners")}, "GET /partner", authorizers=("partners",))
    authorizer = graph.inputs("aws:apigatewayv2/authorizer:Authorizer", "api-partners")
    permission = graph.inputs("aws:lambda/permission:Permission", "partners-authorizer-gateway")

    assert (authorizer["authorizerType"], authorizer["enableSimpleResponses"]) == ("REQUEST", True)
    assert authorizer["authorizerResultTtlInSeconds"] == 300
    assert (
        permission["sourceArn"]
        == "arn:aws:execute-api:us-east-1:123456789012:api-id/authorizers/api-partners-id"
    )


def test_a_route_whose_scope_nobody_can_have_is_refused() -> None:
    """A scope that the pool does not offer would shut everyone out."""
    with pytest.raises(ValueError, match="'GET /a' asks for a/c: expected some of a/b, users/read"):
        api({"GET /a": Jwt(("a/c",))}, "GET /a")


def test_a_verb_that_is_none_is_refused() -> None:
    """A misspelt verb would be denied when it is needed, and not before."""

    def declare() -> None:
        table: Any = Table("orders", settings(), key="id")
        with pytest.raises(ValueError, match="table orders: no verb 'GetItme': expected some of"):
            table.grant("GetItem", "GetItme")

    built(declare)


def test_a_route_without_access_is_refused() -> None:
    """Nothing is open because somebody forgot to say who may call it."""
    with pytest.raises(ValueError, match="api api: 'GET /forgotten' has no entry in access"):
        api({}, "GET /forgotten")


def test_a_route_without_a_function_is_refused() -> None:
    """Nothing is announced that nobody answers."""
    with pytest.raises(ValueError, match="api api: no function answers GET /b"):
        api({"GET /a": Public("a test"), "GET /b": Public("a test")}, "GET /a")
