"""Secrets: of other companies, which an operator sets, and of this stack's own clients."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.iam import Grant
from components.use import Use
from settings import Settings

RECOVERY_DAYS = 30


class Secret(Component):
    """A secret. Without a value an operator sets it, so that it is never in Pulumi's state.

    Example:
        stripe = Secret("webhook-stripe", "Signing secret of Stripe's deliveries", settings)
        Function("receive", handler, runtime, uses=[stripe.use("WEBHOOK_SECRET")])

    Args:
        description: what the secret is for.
        value: the value, if a resource of the stack has generated it; it is encrypted in Pulumi's state.

    Attributes:
        arn: the secret's ARN.
    """

    def __init__(
        self,
        name: str,
        description: str,
        settings: Settings,
        *,
        value: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        secret = aws.secretsmanager.Secret(
            name,
            description=description,
            # Production can restore a deleted secret; other stacks reuse the name at once.
            recovery_window_in_days=RECOVERY_DAYS if settings.production else 0,
            tags=self.tags,
            opts=self.child(),
        )
        if value is not None:
            aws.secretsmanager.SecretVersion(
                name, secret_id=secret.id, secret_string=pulumi.Output.secret(value), opts=self.child()
            )
        self.arn = secret.arn
        self.register_outputs({"arn": secret.arn})

    def use(self, variable: str) -> Use:
        """Allow reading the value, and pass the secret's ARN in the environment variable `variable`."""
        return Use((Grant(("secretsmanager:GetSecretValue",), (self.arn,)),), {variable: self.arn})
