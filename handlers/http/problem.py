"""Refusals as problem details (RFC 9457), and the HTTP status of each."""

import re

import msgspec

from handlers.http.cookies import clear_cookie
from handlers.kit import errors
from handlers.kit.errors import Refusal

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 1
STATUS: dict[type[Refusal], int] = {
    errors.InvalidRequest: 400,
    errors.Unauthorized: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.MethodNotAllowed: 405,
    errors.Conflict: 409,
    errors.PreconditionFailed: 412,
    errors.ContentTooLarge: 413,
    errors.UnsupportedMediaType: 415,
    errors.Unprocessable: 422,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
}
"""The status of each kind of refusal; derived kinds have the status of their base."""


class FieldError(msgspec.Struct, frozen=True):
    """One fault in the request; `field` is a JSON pointer into the body or a parameter's name."""

    field: str
    detail: str


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The reason why a request failed; `type` identifies the kind of problem."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()


def type_of(kind: type[Refusal]) -> str:
    """Return the URI reference of a kind of refusal, such as `/problems/email-taken`."""
    return "/problems/" + re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


def status_of(kind: type[Refusal]) -> int:
    """Return the HTTP status of a kind of refusal."""
    return next(STATUS[ancestor] for ancestor in kind.__mro__ if ancestor in STATUS)


def from_refusal(refusal: Refusal) -> Problem:
    """Return the problem details of a refusal."""
    kind = type(refusal)
    faults = refusal.faults if isinstance(refusal, errors.InvalidRequest) else ()
    return Problem(
        type=type_of(kind),
        title=kind.title,
        status=status_of(kind),
        detail=str(refusal),
        errors=tuple(FieldError(fault.field, fault.detail) for fault in faults),
    )


def headers(refusal: Refusal) -> dict[str, str]:
    """Return the headers of a refusal: how to authenticate, the allowed methods, or when to retry."""
    match refusal:
        case errors.Unauthorized():
            return {"WWW-Authenticate": refusal.scheme}
        case errors.MethodNotAllowed():
            return {"Allow": ", ".join(refusal.allowed)}
        case errors.TooManyRequests():
            return {"Retry-After": str(refusal.retry_after)}
        case errors.Unavailable():
            return {"Retry-After": str(RETRY_AFTER_SECONDS)}
        case _:
            return {}


def cookies(refusal: Refusal) -> tuple[str, ...]:
    """Return the `Set-Cookie` lines of a refusal, which delete credentials that are not valid."""
    return tuple(clear_cookie(name) for name in clears(type(refusal)))


def clears(kind: type[Refusal]) -> tuple[str, ...]:
    """Return the names of the cookies that a kind of refusal deletes."""
    return kind.clears if issubclass(kind, errors.Unauthorized) else ()


def internal_error(correlation_id: str) -> Problem:
    """Return the problem details of an unexpected exception, without its cause."""
    return Problem(
        type="about:blank",
        title="Internal Server Error",
        status=500,
        detail=f"something went wrong on our side; it is logged under {correlation_id}",
    )
