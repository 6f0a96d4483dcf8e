"""GitHub as an identity provider: its workflows get short-lived credentials, and none is stored."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from bootstrap.config import Config
from components.iam import document

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


class GitHub(pulumi.ComponentResource):
    """The account's trust in GitHub's tokens. An account holds one provider an issuer."""

    def __init__(self, name: str, config: Config, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("strata:bootstrap:GitHub", name, {}, opts)
        self._repository = config.repository
        self._identity = (
            self._made(name)
            if config.identity_provider == "own"
            else pulumi.Output.from_input(f"arn:aws:iam::{config.account}:oidc-provider/{ISSUER}")
        )
        self.register_outputs({"providerArn": self._identity})

    def trust(self, context: str) -> pulumi.Output[str]:
        """The trust policy for jobs of the repository in one context, such as `environment:prod`.

        The subject is compared whole: GitHub gives a job with an environment that environment's
        subject and no other, so that whoever may not deploy to it cannot assume its role.
        """
        claims = {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": f"repo:{self._repository}:{context}"}
        return document(
            [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Principal": {"Federated": self._identity},
                    "Condition": {"StringEquals": claims},
                }
            ]
        )

    def _made(self, name: str) -> pulumi.Output[str]:
        provider = aws.iam.OpenIdConnectProvider(
            name,
            url=f"https://{ISSUER}",
            client_id_lists=[AUDIENCE],
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        return provider.arn
