"""Cookies that belong to one origin and that no script can read (RFC 6265bis, the prefix `__Host-`)."""

from __future__ import annotations

from typing import Literal

SameSite = Literal["Strict", "Lax"]


def set_cookie(name: str, value: str, max_age: int, same_site: SameSite = "Strict") -> str:
    """Return the `Set-Cookie` line of a cookie that is valid for `max_age` seconds.

    A name with the prefix `__Host-` needs `Secure`, `Path=/` and no `Domain`, or browsers refuse the cookie.
    """
    return f"{name}={value}; Max-Age={max_age}; Path=/; Secure; HttpOnly; SameSite={same_site}"


def clear_cookie(name: str) -> str:
    """Return the `Set-Cookie` line that deletes a cookie."""
    return set_cookie(name, "", 0)
