"""The error of packaging."""

from __future__ import annotations


class BundleError(Exception):
    """Code that cannot be packaged; the text names the place, the cause and the remedy."""

    @classmethod
    def of(cls, path: str, error: Exception) -> BundleError:
        """Return the error of a source that does not compile."""
        if isinstance(error, SyntaxError):
            return cls(f"{path}:{error.lineno or 1}: {error.msg}")
        return cls(f"{path}:1: {error}")
