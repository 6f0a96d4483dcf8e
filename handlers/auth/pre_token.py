"""Cognito's pre token generation trigger: adds scopes and profile claims to a person's access token.

The scopes are those of the person's groups; the gateway enforces them. A machine's token stays unchanged: its
scopes are those of its client.
"""

import json
from collections.abc import Mapping
from typing import Any

from handlers.kit import correlation
from handlers.kit.environment import variable
from handlers.kit.invocation import Context, Invocation

PROFILE_CLAIMS = ("email", "email_verified", "name")
"""Claims that save `/me` a call to Cognito."""


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return a PreTokenGeneration event (V2_0 or V3_0) with the additions to the access token."""
    source = event["triggerSource"]
    with Invocation(context, correlation.accepted(context.aws_request_id), triggerSource=source):
        if source != "TokenGeneration_ClientCredentials":
            event["response"] = {
                "claimsAndScopeOverrideDetails": {"accessTokenGeneration": added(event["request"])}
            }
        return event


def added(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the additions to a person's access token: scopes, sorted by name, and claims."""
    granted: dict[str, list[str]] = json.loads(variable("GROUP_SCOPES"))
    configuration: dict[str, Any] = request.get("groupConfiguration") or {}
    groups: list[str] = configuration.get("groupsToOverride") or []
    attributes: dict[str, str] = request.get("userAttributes") or {}
    return {
        "scopesToAdd": sorted({scope for group in groups for scope in granted.get(group, [])}),
        "claimsToAddOrOverride": {name: attributes[name] for name in PROFILE_CLAIMS if name in attributes},
    }
