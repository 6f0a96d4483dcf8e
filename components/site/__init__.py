"""The website: a private bucket, the distribution that serves it and both APIs, and the app's releases."""

from __future__ import annotations

from components.site.edge import Edge
from components.site.release import Release
from components.site.site import Site

__all__ = ["Edge", "Release", "Site"]
