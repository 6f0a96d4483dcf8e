"""Rules of the stack config beyond the types of its fields."""

from __future__ import annotations

from typing import Any

import pytest

from bootstrap.config import Config
from settings import SettingsError
from tests.unit.settings.config import DEVELOPMENT, PRODUCTION, delivery, google, load, problems


@pytest.mark.parametrize(
    ("config", "expected"),
    [
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
            {**DEVELOPMENT, "strata:auth": {"mfa": "optional"}},
            'strata:auth.mfa: "optional": expected off or required: '
            "the login does not offer to set up an optional second factor",
            id="second-factor-that-cannot-be-set-up",
        ),
        pytest.param(
            {**PRODUCTION, "strata:auth": {"sessionHours": 25}},
            "strata:auth.sessionHours: 25: expected at most 24: a stolen cookie works for as long",
            id="production-with-long-sessions",
        ),
        pytest.param(
            {**PRODUCTION, "strata:alarms": {}},
            "strata:alarms.emails: []: expected at least one address: production's alarms notify it",
            id="production-without-alarm-addresses",
        ),
        pytest.param(
            {**PRODUCTION, "strata:alarms": {"emails": []}},
            "strata:alarms.emails: []: expected at least one address: production's alarms notify it",
            id="production-with-an-empty-list-of-alarm-addresses",
        ),
        pytest.param(
            {**PRODUCTION, "strata:url": "http://app.example.com"},
            'strata:url: "http://app.example.com": expected https://: production has a certificate',
            id="production-in-plain-http",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:url": "http://app.example.com"},
            'strata:url: "http://app.example.com": expected https://: '
            "Cognito redirects to http:// on localhost only",
            id="plain-http-on-a-remote-host",
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
            {**DEVELOPMENT, "strata:api": {"routes": {"POST /user": {"rateLimit": 1, "burstLimit": 1}}}},
            'strata:api.routes.POST /user: {"rateLimit": 1.0, "burstLimit": 1}: unknown; '
            "did you mean POST /users? expected one of GET /users, POST /users",
            id="throttle-of-an-unknown-route",
        ),
        pytest.param(
            {**DEVELOPMENT, "aws:endpoints": [{"lambda": "http://127.0.0.1:4566"}]},
            'strata:environment: "development": expected ephemeral: aws:endpoints names the embedded cloud, '
            "which keeps no data",
            id="development-on-the-embedded-cloud",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:audit": {"coldAfterDays": 120}},
            "strata:audit.expireAfterDays: 120: expected more than coldAfterDays, which is 120",
            id="audit-trail-expires-too-early",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:audit": {"lockDays": 121}},
            "strata:audit.lockDays: 121: expected at most expireAfterDays, which is 120",
            id="audit-trail-is-locked-after-it-expires",
        ),
        pytest.param(
            delivery(url="http://crm.example.com/events"),
            'strata:events.deliveries.crm.url: "http://crm.example.com/events": '
            "expected https://: events must be encrypted in transit",
            id="delivery-in-plain-http",
        ),
        pytest.param(
            delivery(events=["user.creatd"]),
            'strata:events.deliveries.crm.events: "user.creatd": unknown; did you mean user.created? '
            "expected one of order.placed, user.created",
            id="delivery-of-an-unknown-event",
        ),
    ],
)
def test_rule_violation_is_rejected(config: dict[str, Any], expected: str) -> None:
    """Each rule reports the key, its value and the expectation."""
    assert problems(config, secrets=("strata:events",)) == (expected,)


def test_plain_text_key_of_a_delivery_is_rejected() -> None:
    """A key in plain text is rejected and not shown."""
    (problem,) = problems(delivery())

    assert problem == (
        'strata:events.deliveries.crm.key: "(in plain text)": '
        "expected an encrypted value (pulumi config set --secret --path)"
    )


def test_embedded_cloud_accepts_plain_text_secrets() -> None:
    """On the embedded cloud, a stack file may hold secrets in plain text and endpoints without https."""
    local = {"aws:endpoints": [{"lambda": "http://127.0.0.1:4566"}], "strata:environment": "ephemeral"}
    settings = load({**delivery(url="http://127.0.0.1:9"), **local})

    assert settings.events.deliveries["crm"].key == "k"


def test_snap_start_requires_python_3_12() -> None:
    """SnapStart depends on the Python version, not on the environment class."""
    config = {**DEVELOPMENT, "strata:functions": {"snapStart": True}}
    expectation = "expected false: SnapStart needs Python 3.12 or later, and Lambda runs 3.11"

    assert problems(config, python="3.11") == (f"strata:functions.snapStart: true: {expectation}",)
    assert load(config, python="3.12").functions.snap_start


OTHER_PARTITIONS = (
    "cn-north-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-isob-east-1",
    "eu-isoe-west-1",
    "us-isof-south-1",
    "eusc-de-east-1",
)


@pytest.mark.parametrize("region", [*OTHER_PARTITIONS, "us-east", "Frankfurt"])
def test_region_of_another_partition_is_rejected(region: str) -> None:
    """ARNs and sign-in domains are those of the partition aws; bootstrap rejects the same regions."""
    expected = (
        f'aws:region: "{region}": expected a region of the partition aws, such as us-east-1 '
        "(not China, GovCloud or another)"
    )
    account = {"aws:allowedAccountIds": '["123456789012"]', "strata-bootstrap:repository": "acme@17/shop@42"}

    assert problems({**DEVELOPMENT, "aws:region": region}) == (expected,)
    with pytest.raises(SettingsError) as caught:
        Config.parse({**account, "aws:region": region})
    assert str(caught.value) == expected


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-2", "ap-southeast-7", "mx-central-1"])
def test_region_of_the_standard_partition_is_accepted(region: str) -> None:
    """Every region of the partition aws has an area, a direction and a number."""
    assert load({**DEVELOPMENT, "aws:region": region}).region == region
