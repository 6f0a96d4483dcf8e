"""The bootstrap's stack config: defaults, and error messages for invalid values."""

from __future__ import annotations

import pytest

from bootstrap.config import Config
from settings import SettingsError

CONFIG = {
    "aws:region": "us-east-1",
    "aws:allowedAccountIds": '["123456789012"]',
    "strata-bootstrap:repository": "acme@17/shop@42",
}


def test_account_and_repository_are_a_complete_config() -> None:
    """By default there are the stacks dev, prod and one per pull request."""
    config = Config.parse(CONFIG)

    assert (config.account, config.project) == ("123456789012", "strata")
    assert config.stacks == {"dev": "dev", "prod": "prod", "pr": "pr-*"}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        pytest.param(
            {"strata-bootstrap:repo": "acme/shop"},
            'strata-bootstrap:repo: "acme/shop": unknown; expected one of strata-bootstrap:disposable, '
            "strata-bootstrap:environments, strata-bootstrap:ephemeral, strata-bootstrap:gatewayLogs, "
            "strata-bootstrap:identityProvider, strata-bootstrap:project, strata-bootstrap:repository",
            id="misspelt-key",
        ),
        pytest.param(
            {"aws:allowedAccountIds": None},
            'aws:allowedAccountIds: missing: expected one account, such as ["123456789012"]',
            id="no-account",
        ),
        pytest.param(
            {"aws:allowedAccountIds": '["123456789012", "210987654321"]'},
            'aws:allowedAccountIds: ["123456789012", "210987654321"]: '
            'expected one account, such as ["123456789012"]',
            id="two-accounts",
        ),
        pytest.param(
            {"strata-bootstrap:repository": "shop"},
            'strata-bootstrap:repository: "shop": expected owner@id/name@id as in GitHub\'s tokens, '
            "or owner/name for an older repository",
            id="repository-without-owner",
        ),
        pytest.param(
            {"strata-bootstrap:repository": "acme/*"},
            'strata-bootstrap:repository: "acme/*": expected owner@id/name@id as in GitHub\'s tokens, '
            "or owner/name for an older repository",
            id="repository-wildcard",
        ),
        pytest.param(
            {"strata-bootstrap:environments": '["dev-eu"]'},
            'strata-bootstrap:environments: "dev-eu": expected names of lowercase a-z and digits, '
            'such as ["dev", "prod"]; pr and bootstrap are reserved',
            id="name-with-hyphen",
        ),
        pytest.param(
            {"strata-bootstrap:environments": '["pr"]'},
            'strata-bootstrap:environments: "pr": expected names of lowercase a-z and digits, '
            'such as ["dev", "prod"]; pr and bootstrap are reserved',
            id="reserved-name",
        ),
        pytest.param(
            {"strata-bootstrap:disposable": '["prod"]'},
            'strata-bootstrap:disposable: ["prod"]: expected some of the environments, whose stacks are '
            "destroyed with their data, and never prod",
            id="disposable-production",
        ),
        pytest.param(
            {"strata-bootstrap:disposable": '["staging"]'},
            'strata-bootstrap:disposable: ["staging"]: expected some of the environments, whose stacks are '
            "destroyed with their data, and never prod",
            id="unknown-disposable-environment",
        ),
        pytest.param(
            {"strata-bootstrap:ephemeral": "perhaps"},
            'strata-bootstrap:ephemeral: "perhaps": expected true or false',
            id="not-a-boolean",
        ),
    ],
)
def test_invalid_config_is_reported_in_one_line(config: dict[str, str | None], expected: str) -> None:
    """The line has the key, the value and the expected value."""
    given = {key: value for key, value in {**CONFIG, **config}.items() if value is not None}

    with pytest.raises(SettingsError) as caught:
        Config.parse(given)

    assert caught.value.problems == (expected,)


def test_repository_without_ids_is_accepted() -> None:
    """The tokens of an older repository have a subject without ids."""
    assert Config.parse({**CONFIG, "strata-bootstrap:repository": "acme/shop"}).repository == "acme/shop"
