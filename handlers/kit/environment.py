"""What the wiring tells a function: environment variables, and nothing else."""

import os


class MissingVariableError(Exception):
    """An environment variable that the wiring must set is not there."""


def variable(name: str) -> str:
    """The value of an environment variable.

    Raises:
        MissingVariableError: where it is unset or empty.
    """
    value = os.environ.get(name)
    if not value:
        raise MissingVariableError(f"{name} is not set: the function's wiring must give it")
    return value
