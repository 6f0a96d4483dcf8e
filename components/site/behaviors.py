"""The behaviors of the distribution. They use CloudFront's managed policies only.

So the distribution can have one of CloudFront's flat-rate plans, which exclude other policies:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/flat-rate-pricing-plan.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html"""

ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""API Gateway serves requests with its own host only:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html"""

READING = ("GET", "HEAD")
EVERY = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


@dataclass(frozen=True)
class Behavior:
    """How the distribution serves the paths of one pattern.

    Attributes:
        origin: the id of the origin.
        headers: the id of the response headers policy.
        function: the ARN of the function that runs for each request; none by default.
        methods: the methods that are allowed.
        cached: whether responses are cached and compressed; else all of a request reaches the origin.
    """

    origin: str
    headers: pulumi.Input[str]
    function: pulumi.Input[str] | None = None
    methods: Sequence[str] = READING
    cached: bool = True

    def arguments(self) -> Any:
        """Return the arguments of the distribution, without a pattern."""
        function = {"event_type": "viewer-request", "function_arn": self.function}
        return {
            "target_origin_id": self.origin,
            "response_headers_policy_id": self.headers,
            "function_associations": [function] if self.function else None,
            "allowed_methods": list(self.methods),
            "cached_methods": list(READING),
            "compress": self.cached,
            "cache_policy_id": CACHING_OPTIMIZED if self.cached else CACHING_DISABLED,
            "origin_request_policy_id": None if self.cached else ALL_VIEWER_EXCEPT_HOST,
            # A redirect would repeat a request that has already sent its token in plain text.
            "viewer_protocol_policy": "redirect-to-https" if self.cached else "https-only",
        }
