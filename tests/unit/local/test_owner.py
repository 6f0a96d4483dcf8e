"""The owner of a deployment, also if its file is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.emulator.owner import FILE, Owner, claim, refuse_other
from local.machine.errors import LocalError

DAMAGES = ("", "dri", "\udcff")


def owner(directory: Path) -> set[Owner]:
    """Return the tools that may deploy."""
    allowed: set[Owner] = set()
    for each in Owner:
        try:
            refuse_other(directory, each)
        except LocalError:
            continue
        allowed.add(each)
    return allowed


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_owner_of_a_driver_state(tmp_path: Path, damage: str) -> None:
    """The driver is the owner if its state exists, and a claim repairs the file."""
    (tmp_path / "state.json").write_text("{}")
    (tmp_path / FILE).write_bytes(damage.encode("utf-8", "surrogateescape"))

    assert owner(tmp_path) == {Owner.DRIVER}
    claim(tmp_path, Owner.DRIVER)
    assert (tmp_path / FILE).read_text() == "driver"


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_owner_without_a_driver_state(tmp_path: Path, damage: str) -> None:
    """The engine is the owner if the driver has no state."""
    (tmp_path / FILE).write_bytes(damage.encode("utf-8", "surrogateescape"))

    assert owner(tmp_path) == {Owner.ENGINE}


def test_missing_owner(tmp_path: Path) -> None:
    """Without a file, the driver is the owner if its state exists; else any tool may deploy."""
    assert owner(tmp_path) == set(Owner)
    (tmp_path / "state.json").write_text("{}")
    assert owner(tmp_path) == {Owner.DRIVER}
