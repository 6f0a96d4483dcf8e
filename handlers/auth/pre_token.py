"""Cognito's trigger before a token is made: what a person may do comes from the groups they are in.

A person's access token is given the scopes of their groups, for the gateway to enforce, and the claims
that make a profile. A machine's token is left as it is: its client says what it may do.
"""

import json
from collections.abc import Mapping
from typing import Any

from handlers.kit import correlation
from handlers.kit.environment import variable
from handlers.kit.invocation import Context, Invocation

PROFILE_CLAIMS = ("email", "email_verified", "name")
"""Spares `/me` a call to Cognito."""


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Answer a PreTokenGeneration event (V2_0 or V3_0) with what to add to the access token."""
    source = event["triggerSource"]
    with Invocation(context, correlation.accepted(context.aws_request_id), triggerSource=source):
        if source != "TokenGeneration_ClientCredentials":
            event["response"] = {
                "claimsAndScopeOverrideDetails": {"accessTokenGeneration": added(event["request"])}
            }
        return event


def added(request: Mapping[str, Any]) -> dict[str, Any]:
    """What a person's access token is given besides: scopes in order of their names, and claims."""
    granted: dict[str, list[str]] = json.loads(variable("GROUP_SCOPES"))
    configuration: dict[str, Any] = request.get("groupConfiguration") or {}
    groups: list[str] = configuration.get("groupsToOverride") or []
    attributes: dict[str, str] = request.get("userAttributes") or {}
    return {
        "scopesToAdd": sorted({scope for group in groups for scope in granted.get(group, [])}),
        "claimsToAddOrOverride": {name: attributes[name] for name in PROFILE_CLAIMS if name in attributes},
    }
