"""Garbage collection is off during a program run only."""

import gc
import subprocess
import sys

import pytest

from local.machine.garbage import no_collection


def fail() -> None:
    """Raise an error while collection is off."""
    with no_collection():
        assert not gc.isenabled()
        raise LookupError


def test_collection_is_on_again_after_an_error() -> None:
    """The state before the block returns."""
    with pytest.raises(LookupError):
        fail()
    assert gc.isenabled()


def test_nested_blocks_end_with_the_outer_one() -> None:
    """Collection stays off until the outer block ends."""
    with no_collection():
        with no_collection():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_objects_are_frozen_at_exit() -> None:
    """The interpreter's last collection finds no object to search."""
    script = (
        "import atexit, gc\n"
        "from local.machine.garbage import no_collection\n"
        "atexit.register(lambda: print(gc.get_freeze_count() > 1000))\n"
        "with no_collection(): pass\n"
    )
    # atexit runs the last registered function first: the freeze, then the print.
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
