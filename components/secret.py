"""Secrets that somebody outside gives us: declared here, and filled in by an operator."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.iam import Grant
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
        self, name: str, settings: Settings, *, description: str, opts: pulumi.ResourceOptions | None = None
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

    def grant_read(self) -> Grant:
        """Leave to read the value."""
        return Grant(("secretsmanager:GetSecretValue",), (self.arn,))
