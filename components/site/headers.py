"""The response headers that the distribution adds."""

from __future__ import annotations

from typing import Any

HSTS_SECONDS = 2 * 365 * 24 * 3_600

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "font", "connect", "manifest")),
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
"""Everything from this origin, no inline code, no frames. `'self'` includes WebSockets to the same host."""

UNUSED_FEATURES = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")

CUSTOM = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED_FEATURES),
}

API: Any = {
    "content_type_options": {"override": True},
    "strict_transport_security": {
        "access_control_max_age_sec": HSTS_SECONDS,
        "include_subdomains": True,
        "preload": False,
        "override": True,
    },
}
"""Security headers of responses of the APIs, which set the others themselves."""

PAGES: Any = {
    **API,
    "content_security_policy": {"content_security_policy": CONTENT_SECURITY_POLICY, "override": True},
    "frame_options": {"frame_option": "DENY", "override": True},
    "referrer_policy": {"referrer_policy": "same-origin", "override": True},
}
"""Security headers of pages and assets."""
