"""The place in the program at which an error was raised."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path

from local.driver.sources import PROGRAM_FOLDERS

WIRING = frozenset({"__main__", "wiring"})
"""The parts of the program that connect components; a component's error is often a mistake there."""

PARTS = WIRING.union(PROGRAM_FOLDERS)
"""The program's modules and packages, with `__main__`."""


def located(error: Exception, root: Path) -> str:
    """Return an error's text, after the file and line of the program that raised it.

    For an error raised outside the wiring, the line of the wiring that led to it is named too, such as
    `components/table.py:31: ValueError: expected a key (called from wiring/orders.py:12)`.
    """
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError):  # Its text contains the file and line.
        return text
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _part(frame, root) in PARTS]
    if not frames:
        return text
    raised = _place(frames[-1:], root)
    wired = _place([frame for frame in frames if _part(frame, root) in WIRING][-1:], root)
    return f"{raised}: {text}" + (f" (called from {wired})" if wired not in ("", raised) else "")


def _part(frame: traceback.FrameSummary, root: Path) -> str:
    """Return the folder or module in the root that a frame's file belongs to."""
    file = Path(frame.filename)
    return Path(file.relative_to(root).parts[0]).stem if file.is_relative_to(root) else ""


def _place(frames: Sequence[traceback.FrameSummary], root: Path) -> str:
    return "".join(f"{Path(frame.filename).relative_to(root)}:{frame.lineno}" for frame in frames)
