"""Access to HTTP APIs, WebSocket APIs and user pools."""

from __future__ import annotations

from bootstrap.permissions.access import GENERATED_ID, Access, request_tags, resource_tags

APIS = (
    "aws:apigatewayv2/api:Api",
    "aws:apigatewayv2/authorizer:Authorizer",
    "aws:apigatewayv2/integration:Integration",
    "aws:apigatewayv2/route:Route",
    "aws:apigatewayv2/stage:Stage",
)
POOLS = (
    "aws:cognito/identityProvider:IdentityProvider",
    "aws:cognito/resourceServer:ResourceServer",
    "aws:cognito/userGroup:UserGroup",
    "aws:cognito/userPool:UserPool",
    "aws:cognito/userPoolClient:UserPoolClient",
    "aws:cognito/userPoolDomain:UserPoolDomain",
)

FRONT = (
    Access(
        POOLS,
        "arn:aws:cognito-idp:{region}:{account}:userpool/*",
        read=(
            "cognito-idp:DescribeIdentityProvider",
            "cognito-idp:DescribeResourceServer",
            "cognito-idp:DescribeUserPool",
            "cognito-idp:DescribeUserPoolClient",
            "cognito-idp:GetGroup",
            "cognito-idp:GetUserPoolMfaConfig",
            "cognito-idp:ListTagsForResource",
        ),
        write=(
            "cognito-idp:AddCustomAttributes",
            "cognito-idp:CreateGroup",
            "cognito-idp:CreateIdentityProvider",
            "cognito-idp:CreateResourceServer",
            "cognito-idp:CreateUserPoolClient",
            "cognito-idp:CreateUserPoolDomain",
            "cognito-idp:DeleteGroup",
            "cognito-idp:DeleteIdentityProvider",
            "cognito-idp:DeleteResourceServer",
            "cognito-idp:DeleteUserPool",
            "cognito-idp:DeleteUserPoolClient",
            "cognito-idp:DeleteUserPoolDomain",
            "cognito-idp:SetUserPoolMfaConfig",
            "cognito-idp:TagResource",
            "cognito-idp:UntagResource",
            "cognito-idp:UpdateGroup",
            "cognito-idp:UpdateIdentityProvider",
            "cognito-idp:UpdateResourceServer",
            "cognito-idp:UpdateUserPool",
            "cognito-idp:UpdateUserPoolClient",
            "cognito-idp:UpdateUserPoolDomain",
        ),
        reason=GENERATED_ID,
        condition=resource_tags,
    ),
    Access(
        POOLS,
        "*",
        read=("cognito-idp:DescribeUserPoolDomain",),
        reason="a domain is described before its pool is known",
    ),
    Access(
        POOLS,
        "*",
        write=("cognito-idp:CreateUserPool",),
        reason="a pool has no ARN before it is created",
        condition=request_tags,
    ),
    Access(
        APIS,
        "arn:aws:apigateway:{region}::/apis/*",
        read=("apigateway:GET",),
        write=("apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"),
        reason=GENERATED_ID,
        condition=resource_tags,
    ),
    Access(
        APIS,
        "arn:aws:apigateway:{region}::/apis/*/*",
        read=("apigateway:GET",),
        write=("apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"),
        reason="resources of an API have no tags, and AWS generates their ids",
    ),
    Access(
        APIS,
        "arn:aws:apigateway:{region}::/apis",
        write=("apigateway:POST",),
        condition=request_tags,
    ),
    Access(
        APIS,
        "arn:aws:apigateway:{region}::/tags/*",
        write=("apigateway:POST", "apigateway:PUT"),
        reason="the path has the id of the tagged resource; the condition allows only the stack's tags",
        condition=request_tags,
    ),
    Access(
        APIS,
        "arn:aws:apigateway:{region}::/tags/*",
        write=("apigateway:DELETE",),
        reason="the path has the id of the untagged resource",
    ),
    Access(
        ("aws:apigatewayv2/api:Api",),
        "arn:aws:iam::{account}:role/aws-service-role/ops.apigateway.amazonaws.com/*",
        write=("iam:CreateServiceLinkedRole",),
        reason="the service-linked role that the first API of an account creates; AWS generates its name",
    ),
    Access(
        ("aws:cognito/userPool:UserPool",),
        "arn:aws:iam::{account}:role/aws-service-role/email.cognito-idp.amazonaws.com/*",
        write=("iam:CreateServiceLinkedRole",),
        reason="the service-linked role of the first pool that sends through SES; AWS generates its name",
    ),
    Access(
        ("aws:apigatewayv2/stage:Stage",),
        "*",
        write=(
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:UpdateLogDelivery",
        ),
        reason="the access log of a stage is a log delivery, and log deliveries have no ARN",
    ),
    # CloudWatch Logs sets the resource policy of the log group, of its region, on behalf of the caller.
    Access(
        ("aws:apigatewayv2/stage:Stage", "aws:cloudwatch/logDelivery:LogDelivery"),
        "*",
        write=("logs:DescribeResourcePolicies", "logs:PutResourcePolicy"),
        reason="these actions have no resource-level permissions",
    ),
)
