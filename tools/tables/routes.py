"""The table of the API's routes, for docs/api.md."""

from __future__ import annotations

from components.access import Access, Custom, Jwt, Public
from tools.tables.markdown import code, table
from wiring.declared import FALLBACK, every


def routes() -> str:
    """Return the table of routes, each with its access and its function."""
    return table(
        ("route", "access", "function"),
        (
            (code(key), _access(route.access), code(route.function))
            for key, route in sorted(every().routes.items(), key=lambda item: item[0].partition(" ")[2])
            if key != FALLBACK
        ),
    )


def _access(access: Access) -> str:
    match access:
        case Jwt(scopes) if scopes:
            return "access token with " + " or ".join(code(scope) for scope in scopes)
        case Jwt():
            return "any access token"
        case Custom(authorizer):
            return f"the authorizer {code(authorizer)}"
        case Public(reason):
            return f"public: {reason}"
