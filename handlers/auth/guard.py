"""Refuses requests that a page of another site may have caused (cross-site request forgery)."""

from handlers.auth.errors import CrossSiteRequest
from handlers.http.request import Request

HEADER = "x-strata-request"
"""A header that a page of another origin cannot set without a preflight, which the API never allows."""


def same_origin(request: Request) -> None:
    """Refuse a request unless a script of this origin sent it.

    The edge function requires the same before it passes a cookie; this holds without the edge too.

    Raises:
        CrossSiteRequest: if it lacks the browser's statement of its origin, or the header.
    """
    if request.headers.get("sec-fetch-site") != "same-origin":
        raise CrossSiteRequest("expected Sec-Fetch-Site: same-origin, which browsers set")
    if request.headers.get(HEADER) != "1":
        raise CrossSiteRequest("expected X-Strata-Request: 1")
