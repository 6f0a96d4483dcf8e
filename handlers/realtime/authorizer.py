"""The Lambda authorizer of the WebSocket API: a valid ticket allows one connection and sets its audience."""

from collections.abc import Mapping
from typing import Any

from handlers.kit import correlation
from handlers.kit.invocation import Context, Invocation
from handlers.realtime import tickets
from handlers.realtime.models import Principal

ANONYMOUS = "anonymous"
"""The principal of a denied connection."""


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Return a policy that allows or denies the requested connection."""
    connection_id = event["requestContext"]["connectionId"]
    with Invocation(context, correlation.new_id(), connectionId=connection_id) as invocation:
        principal = tickets.redeem(event["queryStringParameters"]["ticket"])
        invocation.note(authorized=principal is not None)
        return _response(event["methodArn"], principal)


def _context(principal: Principal) -> dict[str, str]:
    """Return what API Gateway passes to every route of the connection."""
    session = {"session": principal.session} if principal.session else {}
    return {"audience": principal.audience, **session}


def _response(method_arn: str, principal: Principal | None) -> dict[str, Any]:
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Allow" if principal else "Deny",
        "Resource": method_arn,
    }
    return {
        "principalId": principal.subject if principal else ANONYMOUS,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": _context(principal) if principal else {},
    }
