"""Images: saved states of freshly deployed platforms, from which an empty deployment starts in a moment.

An image belongs to one content of the program, the provider, the driver and the installed packages. It is
taken after the first deployment of that content, and used by every empty deployment of this user: after a
reset, in another checkout, in a test. An image that is damaged or does not work is removed, never repaired.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local.emulator import saved_state
from local.emulator.saved_state import OBJECTS, DamagedError
from local.machine.files import remove, write_atomically

KEPT = 3
"""The number of images that are kept: those used last."""

PLACE = "place.json"


@dataclass(frozen=True)
class Place:
    """Where a deployment is: what its saved state contains and another deployment has differently.

    Attributes:
        root: the folder of the program, which contains the bundles.
        front_door: the front door's port.
        cloud: the emulator's port.
    """

    root: str
    front_door: int
    cloud: int

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts that differ between two places."""
        hosts = ("127.0.0.1", "localhost")
        return (self.root, *(f"{host}:{port}" for host in hosts for port in (self.front_door, self.cloud)))


@dataclass(frozen=True)
class Images:
    """The images in a folder, which deployments of several checkouts may share.

    Attributes:
        folder: the folder of all images.
    """

    folder: Path

    def find(self, key: str) -> Path | None:
        """Return the image of a program, or None."""
        image = self.folder / key
        if not os.path.isfile(image / PLACE):  # noqa: PTH113 - Path raises an error for an unreadable folder
            return None
        with suppress(OSError):
            os.utime(image)  # The images used last are kept.
        return image

    def add(self, key: str, saved: Path, place: Place) -> None:
        """Make a saved state the image of a program; an interrupted call leaves no image.

        Raises:
            OSError: if it cannot be written.
            DamagedError: if the saved state is not complete.
        """
        draft = self.folder / f"{key}.{os.getpid()}.draft"
        remove(draft)
        try:
            saved_state.read(saved).copy_to(draft)
            write_atomically(draft / PLACE, json.dumps(vars(place)))
            self.discard(key)
            draft.rename(self.folder / key)
        except OSError:
            remove(draft)  # It would fill the disk further.
            raise
        self._prune()

    def discard(self, key: str) -> None:
        """Remove the image of a program."""
        with suppress(OSError):
            remove(self.folder / key)

    def _prune(self) -> None:
        """Remove all but the images used last."""
        images = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in images[KEPT:]:
            remove(path)


def fit(image: Path, folder: Path, place: Place) -> None:
    """Replace a folder by the saved state of an image, as it is for a deployment in another place.

    Raises:
        DamagedError: if the image is not complete.
        OSError: if it cannot be read or written.
    """
    state = saved_state.read(image)
    state.check()
    try:
        taken = Place(**json.loads((image / PLACE).read_bytes()))
    except (ValueError, TypeError) as error:
        raise DamagedError(f"{image / PLACE}: is damaged") from error
    remove(folder)
    state.copy_to(folder)
    if taken == place:
        return
    replacements = dict(zip(taken.texts, place.texts, strict=True))
    for name in state.files:
        if name.endswith(".json") and not name.startswith(f"{OBJECTS}/"):
            _replace(folder / name, replacements)
    files = {name: saved_state.file_of(folder / name) for name in state.files}
    saved_state.write_manifest(folder, files, saved=state.saved, shared=False)


def _replace(file: Path, replacements: Mapping[str, str]) -> None:
    """Replace texts in a JSON file; a number or a name that only starts with one of them is another text."""
    escaped = {json.dumps(old)[1:-1]: json.dumps(new)[1:-1] for old, new in replacements.items()}
    pattern = re.compile(r"(?<![\w.-])(?:" + "|".join(map(re.escape, escaped)) + r")(?![\w.-])")
    text = file.read_text("utf-8")
    file.write_text(pattern.sub(lambda match: escaped[match[0]], text), "utf-8")


def shared() -> Images | None:
    """Return the images of this user, in the cache folder that the XDG specification names.

    The specification ignores a relative path. Without such a folder and a home folder there are no images.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        return Images((cache if cache.is_absolute() else Path.home() / ".cache") / "strata" / "images")
    except RuntimeError:  # HOME is not set, and the system does not know this user.
        return None
