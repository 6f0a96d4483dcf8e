"""Where this package is."""

from pathlib import Path

CODE = Path(__file__).parents[2]
"""The folder from which this package and `provider` can be imported."""
