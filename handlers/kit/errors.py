"""The reasons to refuse a request, raised by logic and storage, independent of HTTP.

    Refusal
    ├── InvalidRequest          the request does not have the expected form; lists every fault
    ├── Unauthorized            the request does not prove who the caller is
    ├── Forbidden               the caller is known and has no permission
    ├── NotFound                the resource does not exist
    ├── MethodNotAllowed        the resource exists and does not support the method
    ├── Conflict                the request conflicts with existing data
    ├── PreconditionFailed      the resource has a different version than the request requires
    ├── ContentTooLarge         the body exceeds the operation's limit
    ├── UnsupportedMediaType    the operation does not accept the body's media type
    ├── Unprocessable           each part of the request is valid, and the request cannot be done
    ├── TooManyRequests         the caller must wait before the next such request
    └── Unavailable             a temporary failure; the same request may succeed later

A domain derives its own from these (`handlers/*/errors.py`). `handlers/http/problem.py` maps each to its HTTP
status.
"""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple


class Fault(NamedTuple):
    """One fault in a request.

    Attributes:
        field: a JSON pointer into the body, or the name of a path, query or header parameter.
        detail: the expected value.
    """

    field: str
    detail: str


class Refusal(Exception):  # noqa: N818 - a refusal is a response, not an error of the program
    """A refused request; the text is the reason for the caller.

    Attributes:
        title: a short summary of the kind of refusal, always the same.
    """

    title: ClassVar[str]


class InvalidRequest(Refusal):
    """The request does not have the expected form.

    Attributes:
        faults: every fault in it.
    """

    title = "The request is not valid"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{field or 'body'}: {detail}" for field, detail in faults))


class Unauthorized(Refusal):
    """The request does not prove who the caller is: credentials are missing or invalid.

    Attributes:
        scheme: the authentication scheme, for the `WWW-Authenticate` header.
        clears: the names of the cookies that hold the invalid credentials, for the browser to delete.
    """

    title = "Authentication is required"
    scheme: ClassVar[str] = "Bearer"
    clears: ClassVar[tuple[str, ...]] = ()


class Forbidden(Refusal):
    """The caller is known and has no permission."""

    title = "Access denied"


class NotFound(Refusal):
    """The resource does not exist."""

    title = "Not found"


class MethodNotAllowed(Refusal):
    """The resource exists and does not support the method.

    Attributes:
        allowed: the methods that it supports.
    """

    title = "Method not allowed"

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = tuple(allowed)
        super().__init__(f"this path supports {', '.join(allowed)}")


class Conflict(Refusal):
    """The request conflicts with existing data."""

    title = "The request conflicts with existing data"


class PreconditionFailed(Refusal):
    """The resource has a different version than the request requires."""

    title = "The resource has changed since it was read"


class ContentTooLarge(Refusal):
    """The body exceeds the operation's limit."""

    title = "The body is too large"


class UnsupportedMediaType(Refusal):
    """The operation does not accept the body's media type."""

    title = "The content type is not supported"


class Unprocessable(Refusal):
    """Each part of the request is valid, their combination is not."""

    title = "The request contradicts itself"


class TooManyRequests(Refusal):
    """The caller must wait before the next such request.

    Attributes:
        retry_after: how many seconds to wait.
    """

    title = "Too many requests"

    def __init__(self, reason: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(reason)


class Unavailable(Refusal):
    """A temporary failure; the same request may succeed later."""

    title = "The service is temporarily unavailable"
