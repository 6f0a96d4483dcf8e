"""`python -m local.emulator.launcher PORT DIRECTORY`: the emulator's process, with this project's extensions.

The emulator is an unmodified package. Each module in `local.emulator.extensions` changes one of its parts in
this process, before it serves its first request.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from ministack.app import main

from local.emulator.extensions import cookies, rotation, shutdown, sign_up, tokens, workers
from local.emulator.extensions.saving import saver
from local.machine.code import CODE

EXTENSIONS: tuple[Callable[[], None], ...] = (
    cookies.install,
    rotation.install,
    saver.install,
    shutdown.install,
    sign_up.install,
    tokens.install,
    workers.install,
)
"""The `install` functions of the extensions. Each replaces private names of the pinned emulator and raises
`MovedError` if one is missing."""


def _remove_from_search_path(folder: str) -> None:
    """Remove a folder from what workers inherit: a function must import its own bundle, not this checkout."""
    paths = os.environ.pop("PYTHONPATH", "").split(os.pathsep)
    left = [path for path in paths if path not in ("", folder)]
    if left:
        os.environ["PYTHONPATH"] = os.pathsep.join(left)


def start() -> None:
    """Install the extensions and serve until SIGTERM."""
    # The arguments identify the process; the emulator reads its settings from the environment.
    del sys.argv[1:]
    _remove_from_search_path(str(CODE))
    for install in EXTENSIONS:
        install()
    main()


if __name__ == "__main__":
    start()
