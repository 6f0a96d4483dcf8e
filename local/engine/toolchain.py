"""The `pulumi` command: the one on PATH where it will do, else one built from its pinned Go module."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from local.machine.errors import LocalError

OLDEST = (3, 228)
"""The oldest CLI that will do, as major and minor version."""

LOCAL = Path(__file__).parents[1]
MODULE = LOCAL / "pulumi"
"""The Go module that pins the CLI and, by go.sum, every byte that it is built from."""

PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
USUAL_GO = Path("/usr/local/go/bin/go")
"""Where Go's own installer puts it, on PATH or not."""

HOW_TO_INSTALL = (
    "there is neither a pulumi command of version 3.228 or newer nor Go to build one with. Install the "
    "Pulumi CLI (macOS: brew install pulumi/tap/pulumi; Linux: curl -fsSL https://get.pulumi.com | sh; "
    "others: https://www.pulumi.com/docs/iac/download-install/), or Go (https://go.dev/dl/) and have "
    "make pulumi build it"
)

Say = Callable[[str], None]


def pulumi(say: Say) -> Path:
    """The command to run; built first where it must be, once for all checkouts of this user.

    Args:
        say: is told what takes long.

    Raises:
        LocalError: when there is none and none can be built; it says what to install.
    """
    found = shutil.which("pulumi")
    if found and not _is_new_enough(found):
        say(f"{found} is not {'.'.join(map(str, OLDEST))} or newer: it is left aside")
    return ready() or build(cache(), say)


def ready() -> Path | None:
    """The command to run where there is one already."""
    found = shutil.which("pulumi")
    if found and _is_new_enough(found):
        return Path(found)
    built = _built(cache())
    return built if built.exists() else None


def pinned() -> str:
    """The version that the Go module pins, such as `v3.228.0`."""
    match = re.search(r"github\.com/pulumi/pulumi/pkg/v3 (v\S+)", (MODULE / "go.mod").read_text())
    if match is None:
        raise LocalError(f"{MODULE / 'go.mod'}: names no version of the Pulumi CLI")
    return match[1]


def cache() -> Path:
    """This user's folder for what was built; the checkout's own where the user has no usable home."""
    for base in (os.environ.get("XDG_CACHE_HOME"), os.environ.get("HOME") and f"{os.environ['HOME']}/.cache"):
        if base and _is_usable(folder := Path(base) / "strata"):
            return folder / "pulumi"
    return LOCAL.parent / ".local" / "pulumi"


def build(folder: Path, say: Say) -> Path:
    """Build the pinned CLI under `folder`, unless that has been done; two at once wait for one another.

    Raises:
        LocalError: when there is no Go, or the build fails; with the end of what Go said.
    """
    command = _built(folder)
    if command.exists():
        return command
    go = shutil.which("go") or (str(USUAL_GO) if USUAL_GO.exists() else None)
    if go is None:
        raise LocalError(HOW_TO_INSTALL)
    with _alone(command.parent, say):
        if not command.exists():
            _compile(go, command, say)
    return command


def _compile(go: str, command: Path, say: Say) -> None:
    """Run Go, and put what it built in place whole or not at all."""
    say(f"building the Pulumi CLI {pinned()} with {go}, once: two to five minutes, 83 MB in {command.parent}")
    started = time.monotonic()
    for left_behind in command.parent.glob("*.new"):
        left_behind.unlink()
    draft = command.with_name(f"{os.getpid()}.new")
    version = f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={pinned()}"
    options = [
        "-trimpath",
        "-buildvcs=false",
        "-tags",
        "osusergo,grpcnotrace",
        "-ldflags",
        f"-s -w {version}",
    ]
    done = subprocess.run(  # noqa: S603 - our own command
        [go, "build", *options, "-o", str(draft), PACKAGE],
        cwd=MODULE,
        env={**os.environ, **_go_environment(command.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        end = "\n".join(done.stdout.splitlines()[-15:])
        raise LocalError(f"the Pulumi CLI could not be built. The end of what Go said:\n{end}")
    draft.replace(command)
    say(f"built the Pulumi CLI in {time.monotonic() - started:.0f} s: {command}")


def _go_environment(folder: Path) -> dict[str, str]:
    """Go's settings: only what go.sum vouches for; its caches beside ours where there is no home."""
    settings = {"GOFLAGS": "-mod=readonly", "GOWORK": "off", "CGO_ENABLED": "0"}
    if folder.is_relative_to(LOCAL.parent):
        settings |= {"GOCACHE": str(folder / "go-build"), "GOPATH": str(folder / "go")}
    return settings


@contextmanager
def _alone(folder: Path, say: Say) -> Generator[None]:
    """Hold the folder's lock; the system lets go of it when this process ends, however it does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another command is building the Pulumi CLI: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_usable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _built(folder: Path) -> Path:
    # In a folder called bin: that is how the Automation API takes a command that is not on PATH.
    return folder / pinned() / "bin" / "pulumi"


def _is_new_enough(command: str) -> bool:
    quiet = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        told = subprocess.run(  # noqa: S603 - the person's own command
            [command, "version"], env=quiet, capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    match = re.match(r"v?(\d+)\.(\d+)\.", told.stdout)
    return match is not None and (int(match[1]), int(match[2])) >= OLDEST
