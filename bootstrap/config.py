"""The bootstrap's stack config as typed, validated values; every problem is one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from settings import SettingsError

NAMESPACE = "strata-bootstrap"
PULL_REQUESTS = "pr"
"""The GitHub environment of the stacks `pr-<number>`."""

KEYS = {
    "account": "aws:allowedAccountIds",
    "region": "aws:region",
    "identity_provider": f"{NAMESPACE}:identityProvider",
    **{key: f"{NAMESPACE}:{key}" for key in ("project", "repository", "environments", "ephemeral")},
}
"""Where each value stands in a stack file."""

EXPECTED = {
    "account": 'one account, such as ["123456789012"]',
    "region": "an AWS region, such as us-east-1",
    "project": "lower-case letters and digits",
    "repository": "owner@id/name@id as GitHub's tokens spell it, or owner/name for an older repository",
    "environments": 'names of lower-case letters and digits, such as ["dev", "prod"]; '
    "pr and bootstrap are taken",
    "ephemeral": "true or false",
    "identity_provider": "own, or existing where the account has GitHub's already",
}

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,15}$")]
# No hyphen: the names of dev-eu's resources would begin as those of dev do.
Environment = Annotated[str, StringConstraints(pattern=r"^(?!(?:pr|bootstrap)$)[a-z][a-z0-9]{0,15}$")]


class Config(BaseModel):
    """One account's config.

    Attributes:
        account: the account's id: the provider refuses every other.
        region: where state, key and stacks live.
        project: the Pulumi project whose stacks are deployed.
        repository: as it stands in the `sub` of GitHub's tokens.
        environments: the GitHub environments that deploy to the stack of the same name.
        ephemeral: whether pull requests get stacks of their own in this account.
        identity_provider: whether GitHub's is made here, or existed before: an account holds one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, regex_engine="python-re")

    account: Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    project: Name = "strata"
    repository: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+|@\d+/[A-Za-z0-9_.-]+@\d+)$")
    ]
    environments: tuple[Environment, ...] = ("dev", "prod")
    ephemeral: bool = True
    identity_provider: Literal["own", "existing"] = "own"

    @property
    def stacks(self) -> dict[str, str]:
        """The stacks that each GitHub environment deploys, as IAM matches names."""
        stacks = {name: name for name in self.environments}
        return {**stacks, PULL_REQUESTS: f"{PULL_REQUESTS}-*"} if self.ephemeral else stacks

    @classmethod
    def load(cls) -> Self:
        """The running stack's config.

        Raises:
            SettingsError: with one line a problem.
        """
        from pulumi.runtime.config import CONFIG, get_config_env

        return cls.parse({**get_config_env(), **CONFIG.get()})

    @classmethod
    def parse(cls, config: Mapping[str, str]) -> Self:
        """The config in a stack's whole config: `namespace:key` to text, objects as JSON.

        Raises:
            SettingsError: with one line a problem.
        """
        names = {key: name for name, key in KEYS.items()}
        given = {
            names.get(key, key): _value(text)
            for key, text in config.items()
            if key in names or key.startswith(f"{NAMESPACE}:")
        }
        match given.get("account"):
            case [only]:
                given["account"] = only
            case _:
                pass
        try:
            # As JSON: a stack file's lists are tuples here, and nothing else is converted.
            return cls.model_validate_json(json.dumps(given))
        except ValidationError as error:
            raise SettingsError([_problem(detail) for detail in error.errors()]) from None


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _problem(detail: ErrorDetails) -> str:
    name = str(detail["loc"][0])
    if detail["type"] == "extra_forbidden":
        known = ", ".join(sorted(key for key in KEYS.values() if key.startswith(NAMESPACE)))
        return f"{name}: {json.dumps(detail['input'])}: unknown; expected one of {known}"
    shown = "missing" if detail["type"] == "missing" else json.dumps(detail["input"])
    return f"{KEYS[name]}: {shown}: expected {EXPECTED[name]}"
