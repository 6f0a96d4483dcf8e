"""The objects of a release, as the site's component stores them."""

from __future__ import annotations

import json

FILES = ("app.js", "app.css", "lazy.js")
"""The assets of each release; `lazy.js` is loaded by `app.js`, not by the page."""


def objects(release: str) -> dict[str, str]:
    """Return the texts of a release's objects by key; each asset contains the release's id."""
    assets = [f"assets/{release}/{name}" for name in FILES]
    loaded = "".join(f'<link href="/{key}">' for key in assets[:2])
    return {
        **dict.fromkeys(assets, release),
        f"releases/{release}/index.html": f"<title>{release}</title>{loaded}",
        f"releases/{release}/release.json": json.dumps({"id": release, "assets": assets}),
    }
