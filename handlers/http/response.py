"""The successful response of an operation."""

import msgspec

BASE_PATH = "/api"
"""The path prefix of the API: the stage's name, also the prefix at the front door."""


class Response[T](msgspec.Struct, frozen=True):
    """A successful response.

    Attributes:
        body: the value of the JSON body; None for a response without a body.
        headers: the headers that the contract declares, with their values.
        cookies: the `Set-Cookie` lines, of cookies that the contract declares.
    """

    body: T
    headers: dict[str, str] = {}
    cookies: tuple[str, ...] = ()
