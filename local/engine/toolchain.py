"""The `pulumi` command: the one on PATH if it is recent enough, else one built from a pinned Go module."""

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
"""The oldest supported version of the CLI, as major and minor version."""

LOCAL = Path(__file__).parents[1]
MODULE = LOCAL / "pulumi"
"""The Go module that pins the CLI, and all its sources through go.sum."""

PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
USUAL_GO = Path("/usr/local/go/bin/go")
"""The path at which Go's installer puts it, which may not be on PATH."""

HOW_TO_INSTALL = (
    "found neither a pulumi command of version 3.228 or newer nor Go to build one. Install the "
    "Pulumi CLI (macOS: brew install pulumi/tap/pulumi; Linux: curl -fsSL https://get.pulumi.com | sh; "
    "others: https://www.pulumi.com/docs/iac/download-install/), or install Go (https://go.dev/dl/) and "
    "run make pulumi to build it"
)

Notify = Callable[[str], None]


def pulumi(notify: Notify) -> Path:
    """Find the command, or build it once for all checkouts of this user, and return its path.

    Args:
        notify: receives messages for the user.

    Raises:
        LocalError: if it is not found and cannot be built; the text states what to install.
    """
    found = shutil.which("pulumi")
    if found and not _is_new_enough(found):
        notify(f"{found} is not version {'.'.join(map(str, OLDEST))} or newer: it is not used")
    return ready() or build(cache(), notify)


def ready() -> Path | None:
    """Return the command if it is on PATH or built already."""
    found = shutil.which("pulumi")
    if found and _is_new_enough(found):
        return Path(found)
    built = _built(cache())
    return built if built.exists() else None


def pinned() -> str:
    """Return the pinned version of the CLI, such as `v3.228.0`."""
    match = re.search(r"github\.com/pulumi/pulumi/pkg/v3 (v\S+)", (MODULE / "go.mod").read_text())
    if match is None:
        raise LocalError(f"{MODULE / 'go.mod'}: contains no version of the Pulumi CLI")
    return match[1]


def cache() -> Path:
    """Return the user's cache folder, or one in the checkout if the user has no writable home."""
    for base in (os.environ.get("XDG_CACHE_HOME"), os.environ.get("HOME") and f"{os.environ['HOME']}/.cache"):
        if base and _is_usable(folder := Path(base) / "strata"):
            return folder / "pulumi"
    return LOCAL.parent / ".local" / "pulumi"


def build(folder: Path, notify: Notify) -> Path:
    """Build the pinned CLI in `folder` once, and return its path; a concurrent call waits for the build.

    Raises:
        LocalError: if Go is not found, or the build fails; the text ends with Go's last lines.
    """
    command = _built(folder)
    if command.exists():
        return command
    go = shutil.which("go") or (str(USUAL_GO) if USUAL_GO.exists() else None)
    if go is None:
        raise LocalError(HOW_TO_INSTALL)
    with _locked(command.parent, notify):
        if not command.exists():
            _compile(go, command, notify)
    return command


def _compile(go: str, command: Path, notify: Notify) -> None:
    """Run Go, and move the finished command into place."""
    notify(f"building the Pulumi CLI {pinned()} with {go}, once: 2 to 5 minutes, 83 MB in {command.parent}")
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
    done = subprocess.run(  # noqa: S603 - a fixed command
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
        raise LocalError(f"the Pulumi CLI could not be built; the last lines of go build:\n{end}")
    draft.replace(command)
    notify(f"built the Pulumi CLI in {time.monotonic() - started:.0f} s: {command}")


def _go_environment(folder: Path) -> dict[str, str]:
    """Return Go's settings: only sources in go.sum, and caches in `folder` if that is in the checkout."""
    settings = {"GOFLAGS": "-mod=readonly", "GOWORK": "off", "CGO_ENABLED": "0"}
    if folder.is_relative_to(LOCAL.parent):
        settings |= {"GOCACHE": str(folder / "go-build"), "GOPATH": str(folder / "go")}
    return settings


@contextmanager
def _locked(folder: Path, notify: Notify) -> Generator[None]:
    """Hold the folder's lock. The system releases it when this process ends, even if it is killed."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            notify("waiting for another command that is building the Pulumi CLI")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_usable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _built(folder: Path) -> Path:
    # The Automation API requires a folder called bin for a command that is not on PATH.
    return folder / pinned() / "bin" / "pulumi"


def _is_new_enough(command: str) -> bool:
    quiet = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        result = subprocess.run(  # noqa: S603 - the user's own command
            [command, "version"], env=quiet, capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    match = re.match(r"v?(\d+)\.(\d+)\.", result.stdout)
    return match is not None and (int(match[1]), int(match[2])) >= OLDEST
