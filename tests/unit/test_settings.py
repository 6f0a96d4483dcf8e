"""The stack config: what it gives, and what it says to a broken one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from settings import Environment, Settings, SettingsError

ROUTES = ("GET /users", "POST /users")
SCOPES = ("users/read", "users/write", "events/read")
EVENTS = ("user.created", "order.placed")
DEVELOPMENT = {
    "aws:region": "us-east-1",
    "strata:environment": "development",
    "strata:mail": {"sender": "no-reply@example.com"},
}
PRODUCTION = {**DEVELOPMENT, "strata:environment": "production", "strata:url": "https://app.example.com"}


def load(config: dict[str, Any], *, secrets: tuple[str, ...] = (), python: str = "3.13") -> Settings:
    """The settings of a config in which objects are written as Python's."""
    from pulumi.runtime import set_all_config

    text = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    set_all_config(text, list(secrets))
    return Settings.load(ROUTES, SCOPES, EVENTS, python)


def problems(config: dict[str, Any], **how: Any) -> tuple[str, ...]:
    """The lines that a broken config gives."""
    with pytest.raises(SettingsError) as caught:
        load(config, **how)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def google(**provider: str) -> dict[str, Any]:
    """A development config with Google as an identity provider."""
    return {**DEVELOPMENT, "strata:auth": {"identityProviders": {"google": provider}}}


def delivery(**changes: Any) -> dict[str, Any]:
    """A development config that delivers events to a customer database."""
    given = {"url": "https://crm.example.com/events", "events": ["user.created"], "key": "k", **changes}
    return {**DEVELOPMENT, "strata:events": {"deliveries": {"crm": given}}}


def test_the_smallest_config_takes_its_class_s_defaults() -> None:
    """An environment class, a region and the address that mail comes from are a whole config."""
    settings = load(DEVELOPMENT)

    assert settings.environment is Environment.DEVELOPMENT
    assert (settings.functions.log_retention_days, settings.functions.tracing) == (14, True)
    assert (settings.data.deletion_protection, settings.data.point_in_time_recovery) == (False, True)
    assert settings.auth.groups == {"admins": ("users/read", "users/write", "events/read")}
    assert settings.functions.asynchronous.model_dump() == {"retries": 2, "maximum_age": 3_600}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("ephemeral", (False, False, False, 3, "off", 1, 120)),
        ("development", (False, True, False, 14, "optional", 14, 120)),
        ("production", (True, True, True, 365, "optional", 365, 2_555)),
    ],
)
def test_each_environment_class_decides_protection(environment: str, expected: tuple[Any, ...]) -> None:
    """Protection, recovery, second factor and how long things are kept follow from the class alone."""
    settings = load({**PRODUCTION, "strata:environment": environment})

    assert expected == (
        settings.data.deletion_protection,
        settings.data.point_in_time_recovery,
        settings.auth.deletion_protection,
        settings.functions.log_retention_days,
        settings.auth.mfa,
        settings.events.archive_days,
        settings.audit.expire_after_days,
    )


def test_a_given_value_leaves_its_neighbours_defaults() -> None:
    """An object in a stack file is laid over the class's defaults key by key."""
    settings = load({**DEVELOPMENT, "strata:api": {"throttle": {"burstLimit": 7}}})

    assert (settings.api.throttle.rate_limit, settings.api.throttle.burst_limit) == (100.0, 7)


def test_keys_of_other_namespaces_are_not_ours() -> None:
    """What belongs to a provider or to Pulumi is left to it."""
    assert load({**DEVELOPMENT, "aws:profile": "work"}).region == "us-east-1"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        pytest.param(
            {**DEVELOPMENT, "strata:enviroment": "development"},
            'strata:enviroment: "development": unknown; did you mean environment? '
            "expected one of alarms, api, audit, auth, data, environment, events, functions, mail, "
            "permissionsBoundary, url, version",
            id="misspelt-key",
        ),
        pytest.param(
            {**DEVELOPMENT, "starta:url": "https://app.example.com"},
            "starta:url: 'https://app.example.com': namespace unknown; did you mean strata? "
            "expected one of aws, pulumi, strata",
            id="misspelt-namespace",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:api": {"throttle": {"rateLmit": 5}}},
            "strata:api.throttle.rateLmit: 5: unknown; did you mean rateLimit? "
            "expected one of burstLimit, rateLimit",
            id="misspelt-nested-key",
        ),
        pytest.param(
            {"aws:region": "us-east-1"},
            "strata:environment: missing: expected one of development, ephemeral, production",
            id="no-environment",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:environment": "prod"},
            'strata:environment: "prod": unknown; did you mean production? '
            "expected one of development, ephemeral, production",
            id="unknown-environment",
        ),
        pytest.param(
            {key: value for key, value in DEVELOPMENT.items() if key != "aws:region"},
            "aws:region: missing: expected an AWS region, such as us-east-1",
            id="no-region",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:functions": {"timeout": "10"}},
            'strata:functions.timeout: "10": expected a valid integer',
            id="wrong-type",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:functions": {"tracing": 1}},
            "strata:functions.tracing: 1: expected a valid boolean",
            id="number-for-boolean",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:api": "fast"},
            'strata:api: "fast": expected an object of settings',
            id="text-for-object",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:functions": {"memory": 64}},
            "strata:functions.memory: 64: expected greater than or equal to 128",
            id="out-of-range",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:functions": {"logRetentionDays": 8}},
            "strata:functions.logRetentionDays: 8: expected 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, "
            "400, 545, 731, 1096, 1827 or 3653",
            id="retention-that-aws-does-not-have",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:auth": {"mfa": "sometimes"}},
            "strata:auth.mfa: \"sometimes\": expected 'off', 'optional' or 'required'",
            id="unknown-choice",
        ),
        pytest.param(
            {**PRODUCTION, "strata:data": {"deletionProtection": False}},
            "strata:data.deletionProtection: false: expected true: production keeps its data",
            id="production-without-protection",
        ),
        pytest.param(
            {**PRODUCTION, "strata:data": {"pointInTimeRecovery": False}},
            "strata:data.pointInTimeRecovery: false: expected true: production keeps its data",
            id="production-without-recovery",
        ),
        pytest.param(
            {**PRODUCTION, "strata:auth": {"deletionProtection": False}},
            "strata:auth.deletionProtection: false: expected true: production keeps its data",
            id="production-without-protected-accounts",
        ),
        pytest.param(
            {**PRODUCTION, "strata:url": "http://app.example.com"},
            'strata:url: "http://app.example.com": expected an https:// address: production has a domain',
            id="production-in-plain-http",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:url": "http://app.example.com"},
            'strata:url: "http://app.example.com": expected https://: '
            "Cognito sends people back to plain http on this machine alone",
            id="plain-http-elsewhere",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:auth": {"machineClients": {"reporting": []}}},
            "strata:auth.machineClients.reporting: []: "
            "Tuple should have at least 1 item after validation, not 0",
            id="machine-client-without-scopes",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:url": "https://app.example.com/path"},
            'strata:url: "https://app.example.com/path": expected text that matches ^https?://[^/\\s]+$',
            id="address-with-a-path",
        ),
        pytest.param(
            google(clientId="id"),
            "strata:auth.identityProviders.google.clientSecret: missing: expected a value",
            id="identity-provider-without-secret",
        ),
        pytest.param(
            google(clientId="id", clientSecret="in-the-open"),
            'strata:auth.identityProviders.google.clientSecret: "(in plain text)": '
            "expected an encrypted value (pulumi config set --secret --path)",
            id="identity-provider-with-a-plain-secret",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:auth": {"groups": {"admins": ["users/reed"]}}},
            'strata:auth.groups.admins: "users/reed": unknown; did you mean users/read? '
            "expected one of events/read, users/read, users/write",
            id="group-with-an-unknown-scope",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:auth": {"machineClients": {"Reporting": ["users/read"]}}},
            'strata:auth.machineClients.Reporting.[key]: "Reporting": '
            "expected text that matches ^[a-z][a-z0-9-]{0,23}$",
            id="machine-client-with-an-impossible-name",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:api": {"routes": {"POST /user": {"rateLimit": 1, "burstLimit": 1}}}},
            'strata:api.routes.POST /user: {"rateLimit": 1.0, "burstLimit": 1}: unknown; '
            "did you mean POST /users? expected one of GET /users, POST /users",
            id="throttle-of-an-unknown-route",
        ),
        pytest.param(
            {**DEVELOPMENT, "aws:endpoints": [{"lambda": "http://127.0.0.1:4566"}]},
            'strata:environment: "development": expected ephemeral: aws:endpoints names the embedded cloud, '
            "where nothing lasts",
            id="lasting-environment-on-the-embedded-cloud",
        ),
        pytest.param(
            {**DEVELOPMENT, "aws:endpoints": [{"lambda": "http://aws.example.com"}]},
            "aws:endpoints: 'http://aws.example.com': expected one loopback address for every service: "
            "AWS itself needs no endpoints",
            id="endpoint-of-a-stranger",
        ),
        pytest.param(
            {key: value for key, value in DEVELOPMENT.items() if key != "strata:mail"},
            "strata:mail.sender: missing: expected a value",
            id="mail-from-nobody",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:functions": {"asynchronous": {"retries": 3}}},
            "strata:functions.asynchronous.retries: 3: expected less than or equal to 2",
            id="more-retries-than-lambda-makes",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:audit": {"coldAfterDays": 120}},
            "strata:audit.expireAfterDays: 120: expected more than coldAfterDays, which is 120",
            id="audit-trail-that-goes-before-it-is-cold",
        ),
        pytest.param(
            delivery(url="http://crm.example.com/events"),
            'strata:events.deliveries.crm.url: "http://crm.example.com/events": '
            "expected https://: events are no one else's",
            id="delivery-in-plain-http",
        ),
        pytest.param(
            delivery(events=["user.creatd"]),
            'strata:events.deliveries.crm.events: "user.creatd": unknown; did you mean user.created? '
            "expected one of order.placed, user.created",
            id="delivery-of-an-unknown-event",
        ),
        pytest.param(
            delivery(rateLmit=3),
            'strata:events.deliveries.crm.rateLmit: "(hidden)": unknown; did you mean rateLimit? '
            "expected one of events, header, key, rateLimit, url",
            id="delivery-with-a-misspelt-key",
        ),
        pytest.param(
            delivery(key=""),
            'strata:events.deliveries.crm.key: "(hidden)": String should have at least 1 character',
            id="delivery-without-a-key",
        ),
    ],
)
def test_a_broken_config_gives_one_line_with_key_value_and_expectation(
    config: dict[str, Any], expected: str
) -> None:
    """Whatever is wrong, the line names the key, what it holds and what was expected."""
    assert problems(config, secrets=("strata:events",)) == (expected,)


def test_a_delivery_s_key_must_be_encrypted() -> None:
    """A key in plain text in a stack file is refused, and not shown."""
    (problem,) = problems(delivery())

    assert problem == (
        'strata:events.deliveries.crm.key: "(in plain text)": '
        "expected an encrypted value (pulumi config set --secret --path)"
    )


def test_every_problem_is_told_at_once() -> None:
    """Nobody has to run the program again to learn of the next mistake."""
    config = {**PRODUCTION, "strata:functions": {"memory": 1, "timeout": 900}, "strata:ap": "x"}

    assert [line.split(": ")[0] for line in problems(config)] == [
        "strata:functions.memory",
        "strata:functions.timeout",
        "strata:ap",
    ]


def test_a_secret_under_a_misspelt_key_is_not_shown() -> None:
    """The value of an unknown key among the identity providers may be a secret."""
    lines = problems(
        google(clientId="id", clientSecret="kept", clientSecrt="s3cr3t"), secrets=("strata:auth",)
    )

    expected = (
        'strata:auth.identityProviders.google.clientSecrt: "(hidden)": unknown; did you mean clientSecret? '
        "expected one of clientId, clientSecret"
    )
    assert lines == (expected,)


def test_an_encrypted_secret_is_taken_and_not_shown() -> None:
    """A secret from the stack's secret config is there, and in no text of the settings."""
    settings = load(google(clientId="id", clientSecret="s3cr3t"), secrets=("strata:auth",))
    provider = settings.auth.identity_providers.google

    assert provider is not None
    assert provider.client_secret == "s3cr3t"
    assert "s3cr3t" not in repr(settings)


def test_snap_start_requires_python_3_12() -> None:
    """Lambda's runtime decides, not the environment class."""
    config = {**DEVELOPMENT, "strata:functions": {"snapStart": True}}
    expectation = "expected false: SnapStart begins at Python 3.12, and Lambda runs 3.11 here"

    assert problems(config, python="3.11") == (f"strata:functions.snapStart: true: {expectation}",)
    assert load(config, python="3.12").functions.snap_start


@pytest.mark.parametrize(
    ("environment", "expected"), [("ephemeral", False), ("development", False), ("production", True)]
)
def test_snap_start_is_on_by_default_in_production_only(environment: str, expected: bool) -> None:
    """A snapshot costs money, which only production's callers are worth; each stack may say otherwise."""
    config = {**PRODUCTION, "strata:environment": environment}
    other = {**config, "strata:functions": {"snapStart": not expected}}

    assert load(config).functions.snap_start is expected
    assert load(other).functions.snap_start is not expected
