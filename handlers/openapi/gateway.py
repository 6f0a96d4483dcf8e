"""The responses that API Gateway returns without calling a handler, or when a call fails."""

import msgspec


class GatewayMessage(msgspec.Struct, frozen=True):
    """An error response of API Gateway."""

    message: str


def gateway_statuses(*, token: bool, scopes: bool, body: bool) -> frozenset[int]:
    """Return the statuses that the gateway itself may return on a route.

    Args:
        token: whether the route requires a token.
        scopes: whether the token must have a scope.
        body: whether the route accepts a body.
    """
    statuses = {429, 500, 503}  # throttled, the function failed, the function cannot be invoked
    if token:
        statuses.add(401)
    if scopes:
        statuses.add(403)
    if body:
        statuses.add(413)
    return frozenset(statuses)
