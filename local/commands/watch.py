"""The daily loop: a saved file is live a moment later."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from watchfiles import Change, watch

from local.commands import console as show
from local.commands.deployment import Deployment
from local.driver.program import PROGRAM_FOLDERS
from local.machine.errors import LocalError

if TYPE_CHECKING:
    from local.driver.driver import Change as Applied

PROGRAM_FILE = "__main__.py"

DEBOUNCE_MS = 50
STEP_MS = 20
"""How long to wait for more files of the same save."""

STALE_SECONDS = 60.0
"""A file that says it is older was moved here, and keeps its own time."""

POLL_SECONDS = 1.0
"""How often to look whether the emulator still runs."""


class Loop:
    """Applies what changes until it is stopped.

    Every change takes the same way, through the whole program: an edit of a handler may change the
    API's document as well as the function, and a run that changes little is quick.

    Args:
        deployment: the platform, which runs.
        console: where to print.
    """

    def __init__(self, deployment: Deployment, console: Console) -> None:
        self._deployment = deployment
        self._console = console
        self.stop = threading.Event()

    def run(self) -> None:
        """Go on until `stop` is set, or the emulator goes away."""
        ended = threading.Thread(target=self._await_end, daemon=True)
        ended.start()
        try:
            for changed in changes(self._deployment.root, self.stop):
                self._react(changed)
        finally:
            self.stop.set()
            ended.join()

    def _react(self, changed: Sequence[Path]) -> None:
        names = ", ".join(str(path.relative_to(self._deployment.root)) for path in changed)
        since = saved(changed, time.time())
        try:
            result = self._deployment.again(self._tell)
        except LocalError as error:
            self._console.print(f"{names}: {error}", style="red", markup=False)
            return
        told = f"{names}: live after {time.time() - since:.2f} s, {show.counted(result.changes)}"
        self._console.print(told, markup=False)

    def _tell(self, change: Applied) -> None:
        if change.kind != "same":
            self._console.print(show.change_line(change))

    def _await_end(self) -> None:
        while not self.stop.wait(POLL_SECONDS):
            if self._deployment.emulator.process is None:
                self._console.print("the emulator has stopped: make dev starts it again")
                self.stop.set()


def changes(root: Path, stop: threading.Event) -> Iterator[list[Path]]:
    """The program's files as they change, those of one save together; a new folder is one of them."""
    while not stop.is_set():
        folders = [root, *subfolders(root)]
        for batch in watch(
            *folders,
            watch_filter=_matters(root, folders),
            recursive=False,
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            rust_timeout=500,
            stop_event=stop,
        ):
            changed = sorted({Path(path) for _, path in batch})
            yield changed
            if any(path.is_dir() or kind is Change.deleted for path in changed for kind, _ in batch):
                break


def _matters(root: Path, folders: Sequence[Path]) -> Callable[[Change, str], bool]:
    return lambda _, path: concerns(root, Path(path)) or _is_folder(Path(path), folders)


def subfolders(root: Path) -> list[Path]:
    """The program's folders at any depth."""
    tops = [root / name for name in PROGRAM_FOLDERS]
    return [
        folder
        for top in tops
        for folder in [top, *top.rglob("*/")]
        if folder.is_dir() and "__pycache__" not in folder.parts
    ]


def concerns(root: Path, path: Path) -> bool:
    """Whether the file is part of the program: its sources and the stacks' config."""
    parts = path.relative_to(root).parts
    if "__pycache__" in parts or path.name.startswith("."):
        return False
    if len(parts) == 1:
        return path.name == PROGRAM_FILE or (path.name.startswith("Pulumi") and path.suffix == ".yaml")
    # Editors write beside a file first: what has another suffix is theirs.
    return parts[0] in PROGRAM_FOLDERS and path.suffix in (".py", ".in", ".txt", ".json")


def saved(changed: Sequence[Path], seen: float) -> float:
    """When the newest of the files was saved, in seconds since the epoch; when it was seen, if none tells."""
    times = [path.stat().st_mtime for path in changed if path.exists()]
    newest = max(times, default=seen)
    return newest if 0 <= seen - newest < STALE_SECONDS else seen


def _is_folder(path: Path, known: Sequence[Path]) -> bool:
    """Whether it is a folder of the program, or was one."""
    own = path in known or (path.parent in known and path.is_dir())
    return own and path.name != "__pycache__" and not path.name.startswith(".")
