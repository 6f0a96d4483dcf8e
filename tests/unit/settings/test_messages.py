"""Wording of errors in the stack config."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.settings.config import DEVELOPMENT, PRODUCTION, delivery, google, problems


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        pytest.param(
            {**DEVELOPMENT, "strata:enviroment": "development"},
            'strata:enviroment: "development": unknown; did you mean environment? '
            "expected one of alarms, api, audit, auth, buckets, data, environment, events, functions, mail, "
            "notifications, permissionsBoundary, site, url, version",
            id="misspelt-key",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:api": {"throttle": {"rateLmit": 5}}},
            "strata:api.throttle.rateLmit: 5: unknown; did you mean rateLimit? "
            "expected one of burstLimit, rateLimit",
            id="misspelt-nested-key",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:auth": {"identityProviders": {"facebook": {"clientSecret": "s3cr3t"}}}},
            'strata:auth.identityProviders.facebook: "(hidden)": not supported: Facebook does not state '
            "whether an email address is verified, so a person who signs in with it could never get a "
            "profile",
            id="facebook",
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
            delivery(rateLmit=3),
            'strata:events.deliveries.crm.rateLmit: "(hidden)": unknown; did you mean rateLimit? '
            "expected one of events, header, key, rateLimit, url",
            id="delivery-with-a-misspelt-key",
        ),
    ],
)
def test_unknown_name_is_rejected_with_the_nearest_known_name(config: dict[str, Any], expected: str) -> None:
    """An error names the key, its value, the known names and the nearest of them."""
    assert problems(config, secrets=("strata:events",)) == (expected,)


def test_all_problems_are_reported_together() -> None:
    """One run reports every invalid key."""
    config = {**PRODUCTION, "strata:functions": {"memory": 1, "timeout": 900}, "strata:ap": "x"}

    assert [line.split(": ")[0] for line in problems(config)] == [
        "strata:functions.memory",
        "strata:functions.timeout",
        "strata:ap",
    ]


def test_secret_under_a_misspelled_key_is_hidden() -> None:
    """The value of an unknown key among the identity providers may be a secret."""
    lines = problems(
        google(clientId="id", clientSecret="kept", clientSecrt="s3cr3t"), secrets=("strata:auth",)
    )

    expected = (
        'strata:auth.identityProviders.google.clientSecrt: "(hidden)": unknown; did you mean clientSecret? '
        "expected one of clientId, clientSecret"
    )
    assert lines == (expected,)


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(
            {"strata:auths": {"identityProviders": {"google": {"clientSecret": "s3cr3t"}}}}, id="top"
        ),
        pytest.param({"strata:auth": {"provider": {"google": {"clientSecret": "s3cr3t"}}}}, id="section"),
        pytest.param({"strata:auth": {"clientSecret": "s3cr3t"}}, id="value-one-level-too-high"),
        pytest.param({"strata:auth": {"identityProviders": {"google": "s3cr3t"}}}, id="text-for-a-section"),
        pytest.param(google(clientId="", clientSecret=3, clientid="s3cr3t"), id="beside-a-secret"),
        pytest.param(delivery(url="s3cr3t"), id="swapped-values"),
        pytest.param({"strata:events": {"deliveries": "s3cr3t"}}, id="text-for-a-dict"),
    ],
)
def test_possible_secret_is_hidden(config: dict[str, Any]) -> None:
    """No error shows a value of a section that holds secrets, or an unknown section that may hold them."""
    lines = problems({**DEVELOPMENT, **config}, secrets=("strata:auth", "strata:events"))

    assert [line for line in lines if "(hidden)" in line]
    assert not [line for line in lines if "s3cr3t" in line]
