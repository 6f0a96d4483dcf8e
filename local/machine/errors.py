"""The error that commands print."""


class LocalError(Exception):
    """A command failed. The text states the problem and how to fix it."""
