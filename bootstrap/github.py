"""GitHub as an OpenID Connect identity provider, which gives workflows short-lived credentials."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from bootstrap.base import BootstrapComponent
from bootstrap.config import Config
from components.iam import document

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


class GitHub(BootstrapComponent):
    """The account's identity provider for GitHub's tokens. An account has one provider per issuer."""

    def __init__(self, name: str, config: Config, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._repository = config.repository
        self._provider_arn = (
            self._create_provider()
            if config.identity_provider == "own"
            else pulumi.Output.from_input(f"arn:aws:iam::{config.account}:oidc-provider/{ISSUER}")
        )
        self.register_outputs({"providerArn": self._provider_arn})

    def trust(self, context: str) -> pulumi.Output[str]:
        """Return the trust policy for jobs of the repository in one context, such as `environment:prod`.

        The whole subject is compared. A job with an environment gets only that environment's subject, so
        only jobs that may deploy to an environment can assume its role.
        """
        claims = {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": f"repo:{self._repository}:{context}"}
        return document(
            [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Principal": {"Federated": self._provider_arn},
                    "Condition": {"StringEquals": claims},
                }
            ]
        )

    def _create_provider(self) -> pulumi.Output[str]:
        provider = aws.iam.OpenIdConnectProvider(
            self.name,
            url=f"https://{ISSUER}",
            client_id_lists=[AUDIENCE],
            opts=self.child(protect=True),
        )
        return provider.arn
