"""Loading of a whole stack config."""

from __future__ import annotations

from settings import Environment, Settings
from tests.unit.settings.config import DEVELOPMENT, EVENTS, PRODUCTION, ROUTES, load


def test_smallest_config_gets_the_defaults_of_its_class() -> None:
    """An environment class, a region and a sender address are a complete config."""
    settings = load(DEVELOPMENT)

    assert settings.environment is Environment.DEVELOPMENT
    assert (settings.functions.log_retention_days, settings.functions.tracing) == (14, True)
    assert (settings.data.deletion_protection, settings.data.point_in_time_recovery) == (False, True)
    assert settings.auth.groups == {"admins": ("users/read", "users/write", "events/read")}
    assert settings.functions.asynchronous.model_dump() == {"retries": 2, "maximum_age": 3_600}


def test_admins_get_a_new_scope_without_an_edit() -> None:
    """The default group has every declared scope, in the order of declaration."""
    load(DEVELOPMENT)  # sets Pulumi's config
    settings = Settings.load(
        ROUTES, {"users/read": "Read users", "orders/read": "Read orders"}, EVENTS, "3.11"
    )

    assert settings.auth.groups == {"admins": ("users/read", "orders/read")}


def test_given_groups_replace_the_default() -> None:
    """A stack file with groups has those groups only."""
    settings = load({**DEVELOPMENT, "strata:auth": {"groups": {"readers": ["users/read"]}}})

    assert settings.auth.groups == {"readers": ("users/read",)}


def test_production_has_the_address_of_its_distribution_or_a_given_one() -> None:
    """`strata:url` is for another server in front of the distribution."""
    assert load(PRODUCTION).url is None
    assert load({**PRODUCTION, "strata:url": "https://app.example.com"}).url == "https://app.example.com"
