"""API Gateway's permission to write logs, which a WebSocket API needs for its access log."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from bootstrap.base import BootstrapComponent
from components.trust import NoSource, trust

PUSH_TO_LOGS = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"


class Gateway(BootstrapComponent):
    """The role with which API Gateway writes logs, one per account and region."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        source = NoSource("the role serves every API of the account")
        trust_policy = trust("apigateway.amazonaws.com", source)
        role = aws.iam.Role(name, assume_role_policy=trust_policy, opts=self.child())
        attachment = aws.iam.RolePolicyAttachment(
            name, role=role.name, policy_arn=PUSH_TO_LOGS, opts=self.child()
        )
        aws.apigateway.Account(
            name,
            cloudwatch_role_arn=role.arn,
            # API Gateway checks the role's permissions when the role is set.
            opts=self.child(depends_on=[attachment]),
        )
        self.register_outputs({})
