"""Environment variables, the only configuration of a function."""

import os


class MissingVariableError(Exception):
    """A required environment variable is not set."""


def variable(name: str) -> str:
    """Return the value of an environment variable.

    Raises:
        MissingVariableError: if it is unset or empty.
    """
    value = os.environ.get(name)
    if not value:
        raise MissingVariableError(f"{name} is not set: the function's wiring must set it")
    return value
