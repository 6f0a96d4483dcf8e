"""API Gateway's leave to write logs: a WebSocket API's stage is refused its access log without it."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.trust import NoSource, trust

PUSH_TO_LOGS = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"


class Gateway(pulumi.ComponentResource):
    """The role that API Gateway writes logs with: one for a whole account and region."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("strata:bootstrap:Gateway", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            name,
            assume_role_policy=trust(
                "apigateway.amazonaws.com", NoSource("the account's role serves every API")
            ),
            opts=child,
        )
        writing = aws.iam.RolePolicyAttachment(name, role=role.name, policy_arn=PUSH_TO_LOGS, opts=child)
        aws.apigateway.Account(
            name,
            cloudwatch_role_arn=role.arn,
            # API Gateway tries the role before it takes it.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[writing]),
        )
        self.register_outputs({})
