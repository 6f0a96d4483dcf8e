"""The gateway's authorizer for partners: says who a caller is, and leaves it to the operation to refuse.

The gateway knows only its own words for a refusal, and has a 403 for a wrong key. So it is told to let
everyone through with the partner's name, or with none, and `handlers/partners/accept.py` answers with a
problem. It remembers the answer to a key for as long as the wiring says (60 s): a key that is revoked
works that much longer at most. An error is not remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.kit import correlation
from handlers.kit.invocation import Context, Invocation
from handlers.partners.identify import partner_of


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Answer an authorizer's event (payload 2.0) with the partner's name in the context, or an empty one."""
    headers = {name.lower(): value for name, value in event["headers"].items()}
    correlation_id = correlation.accepted(headers.get(correlation.HEADER.lower()))
    with Invocation(context, correlation_id, route=event["routeKey"]) as invocation:
        partner = partner_of(headers.get("authorization", ""))
        invocation.note(identified=partner is not None)
        return {"isAuthorized": True, "context": {"partner": partner or ""}}
