"""The bootstrap's stack config as typed, validated values, with one line per problem."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails

from settings import SettingsError
from settings.checks import REGION

NAMESPACE = "strata-bootstrap"
PULL_REQUESTS = "pr"
"""The GitHub environment of the stacks `pr-<number>`."""

OWN_KEYS = ("project", "repository", "environments", "disposable", "ephemeral")

KEYS = {
    "account": "aws:allowedAccountIds",
    "region": "aws:region",
    "identity_provider": f"{NAMESPACE}:identityProvider",
    **{key: f"{NAMESPACE}:{key}" for key in OWN_KEYS},
    "gateway_logs": f"{NAMESPACE}:gatewayLogs",
}
"""The key of each value in a stack file."""

EXPECTED = {
    "account": 'one account, such as ["123456789012"]',
    "region": "a region of the partition aws, such as us-east-1 (not China, GovCloud or another)",
    "project": "lowercase a-z and digits",
    "repository": "owner@id/name@id as in GitHub's tokens, or owner/name for an older repository",
    "environments": 'names of lowercase a-z and digits, such as ["dev", "prod"]; '
    "pr and bootstrap are reserved",
    "disposable": "some of the environments, whose stacks are destroyed with their data, and never prod",
    "ephemeral": "true or false",
    "identity_provider": "own, or existing if the account already has one for GitHub",
    "gateway_logs": "own, or existing if API Gateway already has a role for logs in this region",
}

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,15}$")]
# No hyphen: the names of dev-eu's resources would match the name pattern of dev's resources.
Environment = Annotated[str, StringConstraints(pattern=r"^(?!(?:pr|bootstrap)$)[a-z][a-z0-9]{0,15}$")]


class Config(BaseModel):
    """The config of one account.

    Attributes:
        account: the account id; the provider rejects any other account.
        region: the region of the state, the key and the stacks.
        project: the Pulumi project whose stacks are deployed.
        repository: the repository as in the `sub` claim of GitHub's tokens.
        environments: the GitHub environments, each of which deploys to the stack of the same name.
        disposable: the environments whose deployment role may delete the objects in the stack's buckets, so
            that `pulumi destroy` empties them; never `prod`.
        ephemeral: whether pull requests can have their own stacks in this account.
        identity_provider: whether to create the identity provider for GitHub or use the existing one.
        gateway_logs: whether to create API Gateway's role for logs and set it, or use the existing one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, regex_engine="python-re")

    account: Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
    region: Annotated[str, StringConstraints(pattern=REGION)]
    project: Name = "strata"
    repository: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+|@\d+/[A-Za-z0-9_.-]+@\d+)$")
    ]
    environments: tuple[Environment, ...] = ("dev", "prod")
    disposable: tuple[str, ...] = ("dev",)
    ephemeral: bool = True
    identity_provider: Literal["own", "existing"] = "own"
    gateway_logs: Literal["own", "existing"] = "own"

    @field_validator("disposable")
    @classmethod
    def _disposable(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        environments = info.data.get("environments", names)
        if "prod" in names or not set(names) <= set(environments):
            raise ValueError(names)
        return names

    @property
    def stacks(self) -> dict[str, str]:
        """The stacks of each GitHub environment, as an IAM name pattern."""
        stacks = {name: name for name in self.environments}
        return {**stacks, PULL_REQUESTS: f"{PULL_REQUESTS}-*"} if self.ephemeral else stacks

    @classmethod
    def load(cls) -> Self:
        """Return the config of the running stack.

        Raises:
            SettingsError: with one line per problem.
        """
        from pulumi.runtime.config import CONFIG, get_config_env

        return cls.parse({**get_config_env(), **CONFIG.get()})

    @classmethod
    def parse(cls, config: Mapping[str, str]) -> Self:
        """Return the config from a whole stack config: `namespace:key` to text, objects as JSON.

        Raises:
            SettingsError: with one line per problem.
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
            # JSON mode converts a stack file's lists to tuples and nothing else.
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
