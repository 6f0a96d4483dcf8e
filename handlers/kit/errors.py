"""Why a request is refused: what logic and storage may raise, and no word of HTTP.

    Refusal
    ├── InvalidRequest          what was sent is not what is expected; names every field
    ├── Unauthorized            nothing proves who the caller is
    ├── Forbidden               the caller is known and may not
    ├── NotFound                what was asked for is not there
    ├── Conflict                it collides with what is there
    ├── PreconditionFailed      it was meant for another state of things
    ├── ContentTooLarge         the body is longer than any that is expected
    ├── UnsupportedMediaType    the body is of a kind that nobody reads
    ├── Unprocessable           each part is valid, and together they are not
    └── Unavailable             not now; the same request may succeed later

A domain derives its own from these (`handlers/*/errors.py`). What each becomes over HTTP stands in one
place: `handlers/http/problem.py`.
"""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple


class Fault(NamedTuple):
    """One thing wrong with a request.

    Attributes:
        field: a JSON pointer into the body, or the name of a path, query or header parameter.
        detail: what was expected there.
    """

    field: str
    detail: str


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault of the program
    """A request that is refused; the text tells the caller why.

    Attributes:
        title: the kind of refusal in a few words, the same each time.
    """

    title: ClassVar[str]


class InvalidRequest(Refusal):
    """What was sent is not what is expected.

    Attributes:
        faults: everything that is wrong with it.
    """

    title = "The request is not valid"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{field or 'body'}: {detail}" for field, detail in faults))


class Unauthorized(Refusal):
    """Nothing proves who the caller is, or what should prove it does not.

    Attributes:
        scheme: the name of the scheme by which a caller proves itself.
    """

    title = "The caller is not known"
    scheme: ClassVar[str] = "Bearer"


class Forbidden(Refusal):
    """The caller is known and may not."""

    title = "This is not allowed"


class NotFound(Refusal):
    """What was asked for is not there."""

    title = "Nothing is there"


class Conflict(Refusal):
    """The request collides with what is there."""

    title = "The request collides with what is there"


class PreconditionFailed(Refusal):
    """The request was meant for another state of things."""

    title = "It has changed since it was read"


class ContentTooLarge(Refusal):
    """The body is longer than any that is expected."""

    title = "The body is too large"


class UnsupportedMediaType(Refusal):
    """The body is of a kind that nobody reads."""

    title = "The content type is not supported"


class Unprocessable(Refusal):
    """Each part is valid, and together they are not."""

    title = "The request contradicts itself"


class Unavailable(Refusal):
    """Not now; the same request may succeed later."""

    title = "The service is busy"
