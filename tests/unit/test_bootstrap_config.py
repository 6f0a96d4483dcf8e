"""The bootstrap's stack config: what it takes, and what it says to a broken one."""

from __future__ import annotations

import pytest

from bootstrap.config import Config
from settings import SettingsError

CONFIG = {
    "aws:region": "us-east-1",
    "aws:allowedAccountIds": '["123456789012"]',
    "strata-bootstrap:repository": "acme@17/shop@42",
}


def test_an_account_and_a_repository_are_a_whole_config() -> None:
    """The rest is what most accounts want: dev, prod and a stack a pull request."""
    config = Config.parse(CONFIG)

    assert (config.account, config.project) == ("123456789012", "strata")
    assert config.stacks == {"dev": "dev", "prod": "prod", "pr": "pr-*"}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        pytest.param(
            {"strata-bootstrap:repo": "acme/shop"},
            'strata-bootstrap:repo: "acme/shop": unknown; expected one of strata-bootstrap:environments, '
            "strata-bootstrap:ephemeral, strata-bootstrap:identityProvider, strata-bootstrap:project, "
            "strata-bootstrap:repository",
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
            'strata-bootstrap:repository: "shop": expected owner@id/name@id as GitHub\'s tokens spell it, '
            "or owner/name for an older repository",
            id="repository-without-owner",
        ),
        pytest.param(
            {"strata-bootstrap:repository": "acme/*"},
            'strata-bootstrap:repository: "acme/*": expected owner@id/name@id as GitHub\'s tokens spell it, '
            "or owner/name for an older repository",
            id="every-repository",
        ),
        pytest.param(
            {"strata-bootstrap:environments": '["dev-eu"]'},
            'strata-bootstrap:environments: "dev-eu": expected names of lower-case letters and digits, '
            'such as ["dev", "prod"]; pr and bootstrap are taken',
            id="a-name-that-dev-would-match",
        ),
        pytest.param(
            {"strata-bootstrap:environments": '["pr"]'},
            'strata-bootstrap:environments: "pr": expected names of lower-case letters and digits, '
            'such as ["dev", "prod"]; pr and bootstrap are taken',
            id="a-name-that-is-taken",
        ),
        pytest.param(
            {"strata-bootstrap:ephemeral": "perhaps"},
            'strata-bootstrap:ephemeral: "perhaps": expected true or false',
            id="neither-true-nor-false",
        ),
    ],
)
def test_a_broken_config_is_told_in_one_line(config: dict[str, str | None], expected: str) -> None:
    """The line names the key, the value and what was expected."""
    given = {key: value for key, value in {**CONFIG, **config}.items() if value is not None}

    with pytest.raises(SettingsError) as caught:
        Config.parse(given)

    assert caught.value.problems == (expected,)


def test_a_repository_of_the_older_kind_is_taken_as_it_is() -> None:
    """Subjects without ids are still what GitHub gives an older repository."""
    assert Config.parse({**CONFIG, "strata-bootstrap:repository": "acme/shop"}).repository == "acme/shop"
