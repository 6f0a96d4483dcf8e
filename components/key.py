"""The key that topics are encrypted with: one that AWS's services may use, as they may not use AWS's own."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.iam import ResourcePolicy, account_of
from settings import Settings

EVENTBRIDGE = "events.amazonaws.com"
SES = "ses.amazonaws.com"
WITHOUT_SOURCE = (EVENTBRIDGE, SES)
DELETION_DAYS = {True: 30, False: 7}
"""How long a deleted key can be brought back: KMS's longest in production, its shortest elsewhere."""


class Key(Component):
    """A KMS key that is rotated every year, with an alias.

    CloudWatch's alarms, SES and EventBridge cannot publish on a topic under SNS's default key, because
    nobody may change that key's policy. This one's lets in just the services that publish.

    Attributes:
        arn: the key's ARN.
        policy: what must stand before a service publishes under the key.
    """

    def __init__(self, name: str, settings: Settings, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        key = aws.kms.Key(
            name,
            description=f"Topics of {pulumi.get_project()}'s stack {pulumi.get_stack()}",
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

    def allow_service(self, service: str) -> None:
        """Let an AWS service that publishes on a topic encrypt its messages, for this account alone."""
        if service in self._users:
            return
        self._users.add(service)
        statement: dict[str, Any] = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
        }
        # EventBridge does not tell KMS for whom it publishes, and of SES nobody says that it does: a
        # condition would keep them out altogether. Their topics' own policies hold them to the account.
        if service not in WITHOUT_SOURCE:
            statement["Condition"] = {"StringEquals": {"aws:SourceAccount": self._account}}
        self._policy.add(statement)

    def _administration(self) -> dict[str, Any]:
        # Without this nobody could ever change the key again: IAM counts only where the key's policy says so.
        root = pulumi.Output.concat("arn:aws:iam::", self._account, ":root")
        return {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}
