"""The loop of `make dev`: watches the program's files and deploys saved changes."""

from __future__ import annotations

import gc
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import TYPE_CHECKING

from rich.console import Console
from watchfiles import Change, watch

from local.commands import console as show
from local.deployment.deployment import Deployment
from local.driver.changes import silent
from local.driver.sources import PROGRAM_FILE, PROGRAM_FOLDERS, SITE_FOLDERS
from local.machine.errors import LocalError

if TYPE_CHECKING:
    from local.driver.changes import Change as Applied

DEBOUNCE_MS = 50
STEP_MS = 20
"""How long to wait for further files that are saved together."""

QUIET_SECONDS = 0.5
"""How long after the short way the whole program is applied, unless another file is saved."""

MISSED = "the short way differs from the whole program, which is a fault of Strata; now applied:"

STALE_SECONDS = 60.0
"""Older modification times are not the time of the save: the file was moved or copied here."""

FOLDERS = (*PROGRAM_FOLDERS, *SITE_FOLDERS)
TEMPORARY = (".bak", ".swp", ".swx", ".tmp")
"""The suffixes that editors give to their own files."""
WATCHED = (*(f"{name}/" for name in FOLDERS), PROGRAM_FILE, "Pulumi*.yaml")
"""The watched paths, for the user."""

POLL_SECONDS = 1.0
"""How often to check whether the emulator runs."""


class Loop:
    """Deploys saved changes until it is stopped.

    An edit of function bodies in `handlers/` updates those functions at once; the whole program follows when
    no file has been saved for `QUIET_SECONDS`. Any other edit applies the whole program at once.

    Args:
        deployment: the running deployment.
        console: the console to print to.
        since: when the last run of the program began, in seconds since the epoch: it may have missed what was
            saved from then on.
    """

    def __init__(self, deployment: Deployment, console: Console, since: float = math.inf) -> None:
        self._deployment = deployment
        self._console = console
        self._since = since
        self._saved: Queue[list[Path]] = Queue()
        self._complete = True
        """Whether the program has been applied since the last save."""
        self._sure = True
        """Whether the last run of the program succeeded: the short way continues from it."""
        self.stop = threading.Event()

    def run(self) -> None:
        """Run until `stop` is set or the emulator stops.

        Raises:
            OSError: if the files cannot be watched.
        """
        with ThreadPoolExecutor(2) as pool:
            tasks = [pool.submit(each) for each in (self._stop_with_emulator, self._watch)]
            try:
                self._update_functions(())
                if missed := saved_since(self._deployment.root, self._since):
                    self._saved.put(missed)
                    self._sure = False
                while not (self.stop.is_set() or any(task.done() for task in tasks)):
                    self._next()
            finally:
                self.stop.set()
        for task in tasks:
            task.result()

    def _next(self) -> None:
        """Deploy the next saved files; without any, apply the program if the short way left it undone."""
        try:
            changed = self._saved.get(timeout=QUIET_SECONDS)
        except Empty:
            if not self._complete:
                self._verify()
            return
        since = save_time(changed, time.time())
        names = ", ".join(str(path.relative_to(self._deployment.root)) for path in changed)
        try:
            changes = self._update_functions(changed) if self._sure else None
            self._complete = changes is None
            if changes is None:
                self._sure = False
                changes = self._deployment.reapply(self._report).changes
                self._sure = True
        except LocalError as error:
            self._console.print(f"{names}: not deployed: {error}", style="red", markup=False)
            return
        text = f"{names}: live after {time.time() - since:.2f} s, {show.summary(changes)}"
        self._console.print(text, markup=False)

    def _update_functions(self, changed: Sequence[Path]) -> list[Applied] | None:
        """Take the short way; return None if the program must run, which also reports an error better."""
        try:
            return self._deployment.update_functions(changed, self._report)
        except LocalError:
            return None

    def _verify(self) -> None:
        """Apply the whole program: after the short way it finds nothing to do, or the short way is wrong."""
        self._complete = True
        try:
            changes = self._deployment.reapply(silent).changes
        except LocalError as error:
            self._sure = False
            self._console.print(f"the whole program: not applied: {error}", style="red", markup=False)
            return
        missed = [change for change in changes if change.kind != "same"]
        if missed and self._deployment.is_current:  # Else a file was saved during the run.
            self._console.print(
                f"{MISSED} {', '.join(change.urn for change in missed)}", style="red", markup=False
            )
        gc.collect()  # Now, because no command waits for it.

    def _watch(self) -> None:
        """Queue the saved files, those saved together as one item."""
        for changed in changes(self._deployment.root, self.stop):
            self._saved.put(changed)

    def _report(self, change: Applied) -> None:
        if change.kind != "same":
            self._console.print(show.change_line(change))

    def _stop_with_emulator(self) -> None:
        while not self.stop.wait(POLL_SECONDS):
            if self._deployment.emulator.process is None:
                self._console.print("the emulator has stopped: run make dev to start it again")
                self.stop.set()


def changes(root: Path, stop: threading.Event) -> Iterator[list[Path]]:
    """Yield the changed files of the program, those saved together in one list, and changed folders."""
    while not stop.is_set() and root.is_dir():
        folders = [root, *subfolders(root)]
        batches = watch(
            *folders,
            watch_filter=_filter(root, folders),
            recursive=False,
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            rust_timeout=500,
            stop_event=stop,
        )
        with suppress(FileNotFoundError):  # A folder was removed since it was listed.
            for batch in batches:
                changed = sorted({Path(path) for _, path in batch})
                yield changed
                if any(_is_folder(path, folders) for path in changed):
                    break


def _filter(root: Path, folders: Sequence[Path]) -> Callable[[Change, str], bool]:
    return lambda _, path: concerns(root, Path(path)) or _is_folder(Path(path), folders)


def subfolders(root: Path) -> list[Path]:
    """Return the program's folders with all their subfolders."""
    tops = [root / name for name in FOLDERS]
    return [
        folder
        for top in tops
        for folder in [top, *top.rglob("*/")]
        if folder.is_dir() and "__pycache__" not in folder.parts
    ]


def concerns(root: Path, path: Path) -> bool:
    """Return whether a file belongs to the program: its sources and the stacks' config."""
    parts = path.relative_to(root).parts
    if "__pycache__" in parts or path.name.startswith("."):
        return False
    if len(parts) == 1:
        return path.name == PROGRAM_FILE or (path.name.startswith("Pulumi") and path.suffix == ".yaml")
    # Other suffixes are temporary files of editors.
    if parts[0] in SITE_FOLDERS:
        return path.suffix[1:].isalnum() and path.suffix not in TEMPORARY
    return parts[0] in PROGRAM_FOLDERS and path.suffix in (".py", ".in", ".txt", ".json")


def saved_since(root: Path, moment: float) -> list[Path]:
    """Return the program's files that were saved at or after a moment, in seconds since the epoch."""
    files = [path for folder in (root, *subfolders(root)) for path in folder.iterdir() if path.is_file()]
    return [path for path in files if concerns(root, path) and path.stat().st_mtime >= moment]


def save_time(changed: Sequence[Path], seen: float) -> float:
    """Return when the newest file was saved, in seconds since the epoch; `seen` if that is unknown."""
    times = [path.stat().st_mtime for path in changed if path.exists()]
    newest = max(times, default=seen)
    return newest if 0 <= seen - newest < STALE_SECONDS else seen


def _is_folder(path: Path, known: Sequence[Path]) -> bool:
    """Return whether a path is or was a folder of the program."""
    inside = path in known or (path.parent in known and path.is_dir())
    return inside and path.name != "__pycache__" and not path.name.startswith(".")
