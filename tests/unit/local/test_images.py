"""The folder of images, when it cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Never

import pytest

from local.deployment import images as module
from local.deployment.images import PLACE, Images, Place, shared
from local.emulator.saved_state import SavedState, write_manifest

PLACED = Place("/program", 8080, 4566)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """An empty saved state."""
    folder = tmp_path / "saved"
    folder.mkdir()
    write_manifest(folder, {}, saved=0.0, shared=False)
    return folder


def fail(*_: object) -> Never:
    """Fail as a folder without permission does."""
    raise PermissionError


def test_relative_cache_folder_is_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The XDG specification allows absolute paths only."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    assert shared() == Images(tmp_path / ".cache" / "strata" / "images")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    assert shared() == Images(tmp_path / "other" / "strata" / "images")


def test_user_without_a_home_folder_has_no_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container may run as a user whom the system does not know."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", lambda uid: {}[uid])
    assert shared() is None


def test_unreadable_folder_has_no_image(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, saved: Path) -> None:
    """A start needs no image: an unusable cache must not stop it."""
    images = Images(tmp_path / "images")
    images.add("key", saved, PLACED)
    assert images.find("key") == images.folder / "key"
    monkeypatch.setattr("os.stat", fail)
    assert images.find("key") is None


def test_file_in_place_of_the_folder_has_no_image(tmp_path: Path, saved: Path) -> None:
    """Nothing is found in it, and nothing is written."""
    (tmp_path / "images").write_text("")
    images = Images(tmp_path / "images")
    assert images.find("key") is None
    with pytest.raises(OSError, match="images"):
        images.add("key", saved, PLACED)
    assert (tmp_path / "images").read_text() == ""


@pytest.mark.parametrize("step", [(SavedState, "copy_to"), (module, "write_atomically")])
def test_failed_image_leaves_no_draft(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, saved: Path, step: tuple[object, str]
) -> None:
    """On a full disk, what was written of it would take the last space."""
    images = Images(tmp_path / "images")
    images.add("other", saved, PLACED)
    monkeypatch.setattr(*step, fail)
    with pytest.raises(PermissionError):
        images.add("key", saved, PLACED)
    assert [path.name for path in images.folder.iterdir()] == ["other"]
    assert (images.folder / "other" / PLACE).is_file()
