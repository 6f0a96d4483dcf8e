"""Keys: the customer managed keys that encrypt topics, and what handlers store encrypted."""

from __future__ import annotations

from typing import Any, Literal

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.iam import Grant, ResourcePolicy, account_of
from components.use import Use
from settings import Settings

EVENTBRIDGE = "events.amazonaws.com"
SES = "ses.amazonaws.com"
WITHOUT_SOURCE = (EVENTBRIDGE, SES)
DELETION_DAYS = {True: 30, False: 7}
"""Days in which a deleted key can be restored, in production and elsewhere: KMS's longest and shortest."""


class Key(Component):
    """A KMS key with yearly rotation and an alias.

    CloudWatch alarms, SES and EventBridge cannot publish to a topic under SNS's default key, because the
    policy of an AWS managed key cannot be changed. This key's policy allows the services that publish.

    Example:
        Key("topics", settings)

    Args:
        purpose: what the key encrypts, for its description.

    Attributes:
        arn: the key's ARN.
        policy: the key policy; a publisher depends on it.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        purpose: str = "Topics",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        key = aws.kms.Key(
            name,
            description=f"{purpose} of {pulumi.get_project()}'s stack {pulumi.get_stack()}",
            enable_key_rotation=True,
            deletion_window_in_days=DELETION_DAYS[settings.production],
            tags=self.tags,
            opts=self.child(),
        )
        alias = f"alias/{pulumi.get_project()}-{pulumi.get_stack()}-{name}"
        aws.kms.Alias(name, name=alias, target_key_id=key.key_id, opts=self.child())
        self._account = account_of(key.arn)
        self._policy = ResourcePolicy(key.arn, self._administration())
        self._users: set[str] = set()
        self.policy = aws.kms.KeyPolicy(
            name, key_id=key.key_id, policy=self._policy.document, opts=self.child()
        )
        self.arn = key.arn
        self.register_outputs({"arn": key.arn})

    def use(self, *operations: Literal["Encrypt", "Decrypt"]) -> Use:
        """Allow operations with the key, and pass its ARN: that of `sessions` is in `SESSIONS_KEY`."""
        grant = Grant(tuple(f"kms:{operation}" for operation in operations), (self.arn,))
        return Use((grant,), {f"{self.name.upper().replace('-', '_')}_KEY": self.arn})

    def allow_service(self, service: str) -> None:
        """Allow an AWS service that publishes to a topic to encrypt its messages, for this account only."""
        if service in self._users:
            return
        self._users.add(service)
        statement: dict[str, Any] = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
        }
        # EventBridge passes no source to KMS, and SES is not documented to: a condition would exclude
        # them. The policies of their topics restrict them to the account.
        if service not in WITHOUT_SOURCE:
            statement["Condition"] = {"StringEquals": {"aws:SourceAccount": self._account}}
        self._policy.add(statement)

    def _administration(self) -> dict[str, Any]:
        # Without this statement the key could never be changed: IAM policies apply only if it allows them.
        root = pulumi.Output.concat("arn:aws:iam::", self._account, ":root")
        return {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}
