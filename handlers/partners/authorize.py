"""The Lambda authorizer for partners: identifies the caller, and leaves the rejection to the operation.

API Gateway's own error responses are not problem details, and a wrong key would be a 403. So the authorizer
allows every request and passes the partner's name, which is empty for an invalid key;
`handlers/partners/accept.py` then returns a problem. API Gateway caches the response per key, for 60 s by the
wiring's configuration: a revoked key stays valid for up to that long. Errors are not cached.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.kit import correlation
from handlers.kit.invocation import Context, Invocation
from handlers.partners.identify import partner_of


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Return the response to an authorizer event (payload 2.0), with the partner's name in its context."""
    headers = {name.lower(): value for name, value in event["headers"].items()}
    correlation_id = correlation.accepted(headers.get(correlation.HEADER.lower()))
    with Invocation(context, correlation_id, route=event["routeKey"]) as invocation:
        partner = partner_of(headers.get("authorization", ""))
        invocation.note(identified=partner is not None)
        return {"isAuthorized": True, "context": {"partner": partner or ""}}
