"""What may go wrong on the way to a running platform, in words for the person at the keyboard."""


class LocalError(Exception):
    """The command cannot go on; the text says what is wrong and what to do about it."""
