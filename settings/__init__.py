"""The stack config as typed, validated settings.

A stack file (`Pulumi.<stack>.yaml`) gives only the values that differ from the defaults of its environment
class. Unknown keys, wrong types and invalid combinations stop the program before any resource is registered.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, Self

from pydantic import ValidationError

from settings.annotations import section_of
from settings.checks import Program, failures
from settings.domain_rules import CLOUDFRONT_REGION
from settings.environments import Environment, defaults
from settings.messages import SettingsError, one_of, problem, validation_problem
from settings.secret_text import SecretText
from settings.sections import (
    Asynchronous,
    Delivery,
    GoogleProvider,
    StackConfig,
    Throttle,
)
from settings.stack_file import endpoint, merged, own_keys

__all__ = [
    "CLOUDFRONT_REGION",
    "Asynchronous",
    "Delivery",
    "Environment",
    "GoogleProvider",
    "SecretText",
    "Settings",
    "SettingsError",
    "Throttle",
]

ADMINISTRATORS = "admins"
"""The group that gets every scope unless the stack file gives groups."""

SECTIONS = tuple(name for name, field in StackConfig.model_fields.items() if section_of(field.annotation))


class Settings(StackConfig):
    """The settings of a stack, complete and valid."""

    @classmethod
    def load(
        cls, routes: Collection[str], scopes: Collection[str], events: Collection[str], python: str
    ) -> Self:
        """Return the settings of the running stack.

        Args:
            routes: every route key of the API, for throttles.
            scopes: every OAuth scope, for groups and machine clients.
            events: every type of event, for deliveries.
            python: the Python version that Lambda runs, such as `3.11`.

        Raises:
            SettingsError: with one line a problem.
        """
        from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret

        config: dict[str, Any] = {**get_config_env(), **CONFIG.get()}
        encrypted = {key for key in config if is_config_secret(key)}
        settings = cls.parse(config, scopes)
        program = Program(routes=routes, scopes=scopes, events=events, python=python, encrypted=encrypted)
        if problems := failures(settings, program):
            raise SettingsError(problems)
        return settings

    @classmethod
    def parse(cls, config: Mapping[str, str], scopes: Collection[str] = ()) -> Self:
        """Return the settings in a stack's whole config, checked for types only.

        Args:
            config: `namespace:key` to text, with objects as JSON.
            scopes: the scopes that administrators get by default.

        Raises:
            SettingsError: with one line a problem.
        """
        given = own_keys(config, SECTIONS)
        given["region"] = config.get("aws:region")
        given["endpoint"] = endpoint(config)
        environment = given.get("environment")
        if environment not in list(Environment):
            raise SettingsError([problem("environment", environment, one_of(environment, Environment))])
        by_class = defaults(Environment(environment))
        for section in SECTIONS:
            given[section] = merged(by_class.get(section, {}), given.get(section, {}))
        given["auth"].setdefault("groups", {ADMINISTRATORS: tuple(scopes)})
        try:
            # In JSON mode, strict models accept lists for tuples, and convert nothing else.
            return cls.model_validate_json(json.dumps(given))
        except ValidationError as error:
            raise SettingsError([validation_problem(cls, each) for each in error.errors()]) from None
