"""What API Gateway answers by itself, before or instead of a handler."""

import msgspec


class GatewayMessage(msgspec.Struct, frozen=True):
    """The gateway's own words."""

    message: str


def gateway_statuses(*, token: bool, scopes: bool, body: bool) -> frozenset[int]:
    """The statuses that the gateway itself may give on a route.

    Args:
        token: whether the route asks for a token.
        scopes: whether the token must carry a scope.
        body: whether the route takes a body.
    """
    statuses = {429, 500, 503}  # throttled, the function failed, the function cannot be run
    for status, given in ((401, token), (403, scopes), (413, body)):
        if given:
            statuses.add(status)
    return frozenset(statuses)
