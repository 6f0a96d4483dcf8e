"""The error of packaging."""


class BundleError(Exception):
    """Code that cannot be packaged; the text names the place, the cause and the remedy."""
