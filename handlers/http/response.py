"""What a handler answers when all went well."""

import msgspec

BASE_PATH = "/api"
"""Where the API is mounted: the stage's name, the same behind the front door and before it."""


class Response[T](msgspec.Struct, frozen=True):
    """A success.

    Attributes:
        body: what becomes the JSON body; None for none.
        headers: those that the contract declares, with their values.
    """

    body: T
    headers: dict[str, str] = {}
