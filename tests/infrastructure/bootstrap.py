"""The graph of the bootstrap program, and the permissions of its roles."""

from __future__ import annotations

import runpy
from functools import cache
from typing import Any

from local.driver import program
from local.driver.stack import Stack
from tests.infrastructure.conftest import STACKS, graph_of
from tools.graph import (
    ACCOUNT,
    REGION,
    ROOT,
    Graph,
    Recorder,
    Registered,
    statements,
    whole,
)

REPOSITORY = "acme@17/shop@42"
CONFIG = {
    "aws:region": REGION,
    "aws:allowedAccountIds": f'["{ACCOUNT}"]',
    "strata-bootstrap:repository": REPOSITORY,
}
ISSUER = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
BUCKET = "arn:aws:s3:::state"
GENERATED = {
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {"arn": PROVIDER},
    "aws:kms/key:Key": {"arn": KEY, "keyId": "1"},
    "aws:s3/bucket:Bucket": {"arn": BUCKET, "bucket": "state"},
}
DEPLOYERS = {"deploy-dev": "dev", "deploy-prod": "prod", "deploy-pr": "pr-*"}
READERS = ("preview", "drift")
EVERY_OPTION = "dev with every option"
DECLARED = (*STACKS, EVERY_OPTION)
"""The graphs of the platform against which the account's permissions are checked."""

OPTIONS = {
    "domain": {"name": "app.example.com", "zone": "example.com", "createZone": True},
    "firewall": {"enabled": True},
    "alarms": {"emails": ["ops@example.com"]},
    "audit": {"lockDays": 30},
    "auth": {
        "identityProviders": {
            "google": {"clientId": "id", "clientSecret": "secret"},
        }
    },
    "events": {
        "deliveries": {
            "crm": {"url": "https://crm.example.com/in", "events": ["user.created"], "key": "secret"}
        }
    },
}
POLICIES = ("aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy")


class Account(Recorder):
    """A recorder that also returns the values that AWS generates for the bootstrap's resources."""

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        response = super().RegisterResource(request)
        generated = GENERATED.get(request.type, {})
        if request.type == "aws:iam/policy:Policy":
            generated = {"arn": policy_arn(request.name)}
        response.object.update(generated)
        return response


def policy_arn(name: str) -> str:
    """Return the ARN of a policy with a logical name."""
    return f"arn:aws:iam::{ACCOUNT}:policy/{name}"


@cache
def declared(stack: str) -> Graph:
    """Return the platform's graph of a stack, or of a stack with every option of the config."""
    if stack != EVERY_OPTION:
        return graph_of(stack)
    config = {f"strata__{section}": options for section, options in OPTIONS.items()}
    return whole("dev", secrets=("strata:auth", "strata:events"), **config)


@cache
def bootstrapped(**overrides: str) -> Graph:
    """Return the graph of the bootstrap program; `overrides` are added to the minimal config."""
    config = {**CONFIG, **{f"strata-bootstrap:{key}": value for key, value in overrides.items()}}
    recorder = Account()
    recorder.graph.outputs = program.register(
        lambda: runpy.run_path(str(ROOT / "bootstrap" / "__main__.py"), run_name="__main__"),
        Stack("strata-bootstrap", "main", config, ""),
        recorder,
    )
    return recorder.graph


def inline(role: str) -> str:
    """Return the text of a role's inline policy."""
    return bootstrapped().inputs("aws:iam/rolePolicy:RolePolicy", role)["policy"]


def attached(role: str) -> dict[str, str]:
    """Return the texts of a role's attached policies, by logical name."""
    graph = bootstrapped()
    arns = [
        item.inputs["policyArn"]
        for item in graph.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment").values()
        if item.inputs["role"] == role
    ]
    managed = graph.of("aws:iam/policy:Policy")
    return {name: item.inputs["policy"] for name, item in managed.items() if policy_arn(name) in arns}


def allowed(role: str) -> list[dict[str, Any]]:
    """Return the statements of all policies of a role."""
    return [statement for text in (inline(role), *attached(role).values()) for statement in statements(text)]


def allowing(role: str, action: str) -> list[dict[str, Any]]:
    """Return the statements of a role's policies that allow an action."""
    return [statement for statement in allowed(role) if action in statement["Action"]]


def boundary(environment: str) -> list[dict[str, Any]]:
    """Return the statements of an environment's permissions boundary."""
    name = f"deploy-{environment}-boundary"
    return statements(bootstrapped().inputs("aws:iam/policy:Policy", name)["policy"])


def policies() -> list[Registered]:
    """Return every policy of the program: inline policies, attached policies and boundaries."""
    return [item for item in bootstrapped().resources.values() if item.type in POLICIES]
