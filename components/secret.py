"""Secrets that somebody outside gives us: declared here, and filled in by an operator."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.iam import Grant
from components.use import Use
from settings import Settings

RECOVERY_DAYS = 30


class Secret(Component):
    """A secret without a value: that comes by `python -m operate webhooks`, and never into Pulumi's state.

    Args:
        description: what it opens, for whoever is to fill it in.

    Attributes:
        arn: the secret's ARN.
    """

    def __init__(
        self, name: str, description: str, settings: Settings, *, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, opts)
        secret = aws.secretsmanager.Secret(
            name,
            description=description,
            # Production gets a secret back that was removed by mistake; other stacks are made anew.
            recovery_window_in_days=RECOVERY_DAYS if settings.production else 0,
            tags=self.tags,
            opts=self.child(),
        )
        self.arn = secret.arn
        self.register_outputs({"arn": secret.arn})

    def use(self, variable: str) -> Use:
        """Allow reading the value, and pass the secret's ARN in the environment variable `variable`."""
        return Use((Grant(("secretsmanager:GetSecretValue",), (self.arn,)),), {variable: self.arn})
