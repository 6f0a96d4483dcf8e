"""Where callers come in, and who they are: HTTP and WebSocket APIs, and user pools."""

from __future__ import annotations

from bootstrap.permissions.access import NUMBERED, Access, tagged, tagging

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
        reason=NUMBERED,
        held_by=tagged,
    ),
    Access(
        POOLS,
        "*",
        read=("cognito-idp:DescribeUserPoolDomain",),
        reason="a domain is looked up before its pool is known",
    ),
    Access(
        POOLS,
        "*",
        write=("cognito-idp:CreateUserPool",),
        reason="a pool has no ARN before it is made",
        held_by=tagging,
    ),
    Access(
        APIS,
        "arn:aws:apigateway:{region}::/apis/*",
        read=("apigateway:GET",),
        write=("apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"),
        reason=NUMBERED,
        held_by=tagged,
    ),
    Access(
        APIS,
        "arn:aws:apigateway:{region}::/apis/*/*",
        read=("apigateway:GET",),
        write=("apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"),
        reason="what stands below an HTTP API carries no tags, and its id is known to AWS alone",
    ),
    Access(
        APIS,
        "arn:aws:apigateway:{region}::/apis",
        write=("apigateway:POST",),
        held_by=tagging,
    ),
    Access(
        APIS,
        "arn:aws:apigateway:{region}::/tags/*",
        write=("apigateway:POST", "apigateway:PUT"),
        reason="what is tagged stands there by its id; the condition lets no other stack's tags be given",
        held_by=tagging,
    ),
    Access(
        APIS,
        "arn:aws:apigateway:{region}::/tags/*",
        write=("apigateway:DELETE",),
        reason="what loses a tag stands there by its id",
    ),
    Access(
        ("aws:apigatewayv2/api:Api",),
        "arn:aws:iam::{account}:role/aws-service-role/ops.apigateway.amazonaws.com/*",
        write=("iam:CreateServiceLinkedRole",),
        reason="API Gateway's own role, which the first API of an account brings along; AWS names it",
    ),
    Access(
        ("aws:apigatewayv2/stage:Stage",),
        "*",
        write=(
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
        ),
        reason="a stage's access log is a delivery of the account, and deliveries have no ARN",
    ),
)
