"""Types and limits of the stack config's fields."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.settings.config import DEVELOPMENT, delivery, google, problems


@pytest.mark.parametrize(
    ("config", "expected"),
    [
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
            {**DEVELOPMENT, "strata:functions": {"memory": 64}},
            "strata:functions.memory: 64: expected greater than or equal to 128",
            id="out-of-range",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:functions": {"logRetentionDays": 8}},
            "strata:functions.logRetentionDays: 8: expected 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, "
            "400, 545, 731, 1096, 1827 or 3653",
            id="unsupported-retention",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:notifications": {"smsCountries": ["44"]}},
            'strata:notifications.smsCountries.0: "44": expected text that matches ^\\+[1-9][0-9]{0,6}$',
            id="sms-country-without-plus",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:site": {"countries": ["Germany"]}},
            'strata:site.countries.0: "Germany": expected text that matches ^[A-Z]{2}$',
            id="country-that-is-not-a-code",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:site": {"priceClass": "cheap"}},
            "strata:site.priceClass: \"cheap\": expected 'PriceClass_100', 'PriceClass_200' or "
            "'PriceClass_All'",
            id="unknown-price-class",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:functions": {"consumerConcurrency": 1}},
            "strata:functions.consumerConcurrency: 1: expected greater than or equal to 2",
            id="concurrency-below-lambda-s-least",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:auth": {"mfa": "sometimes"}},
            "strata:auth.mfa: \"sometimes\": expected 'off', 'optional' or 'required'",
            id="unknown-choice",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:auth": {"machineClients": {"reporting": []}}},
            "strata:auth.machineClients.reporting: []: expected at least 1 item",
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
            {**DEVELOPMENT, "strata:auth": {"machineClients": {"Reporting": ["users/read"]}}},
            'strata:auth.machineClients.Reporting.[key]: "Reporting": '
            "expected text that matches ^[a-z][a-z0-9-]{0,23}$",
            id="machine-client-with-an-invalid-name",
        ),
        pytest.param(
            {key: value for key, value in DEVELOPMENT.items() if key != "strata:mail"},
            "strata:mail.sender: missing: expected a value",
            id="email-without-a-sender",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:functions": {"asynchronous": {"retries": 3}}},
            "strata:functions.asynchronous.retries: 3: expected less than or equal to 2",
            id="too-many-retries",
        ),
        pytest.param(
            delivery(key=""),
            'strata:events.deliveries.crm.key: "(hidden)": expected at least 1 character',
            id="delivery-without-a-key",
        ),
    ],
)
def test_invalid_value_is_rejected(config: dict[str, Any], expected: str) -> None:
    """A value of another type, out of range or missing is rejected with the expectation."""
    assert problems(config, secrets=("strata:events",)) == (expected,)
