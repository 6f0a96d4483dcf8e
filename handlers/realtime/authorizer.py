"""The WebSocket API's authorizer: a ticket lets one connection in, and says what it is told."""

from collections.abc import Mapping
from typing import Any

from handlers.kit import correlation
from handlers.kit.invocation import Context, Invocation
from handlers.realtime import tickets
from handlers.realtime.models import Pass

NOBODY = "nobody"


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Answer an authorizer's request with a policy for the very connection that asks."""
    connection_id = event["requestContext"]["connectionId"]
    with Invocation(context, correlation.new_id(), connectionId=connection_id) as invocation:
        holder = tickets.redeem(event["queryStringParameters"]["ticket"])
        invocation.note(authorized=holder is not None)
        return _answer(event["methodArn"], holder)


def _answer(method_arn: str, holder: Pass | None) -> dict[str, Any]:
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Allow" if holder else "Deny",
        "Resource": method_arn,
    }
    return {
        "principalId": holder.subject if holder else NOBODY,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"audience": holder.audience} if holder else {},
    }
