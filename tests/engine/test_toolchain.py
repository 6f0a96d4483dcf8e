"""Finding `pulumi`: on PATH, by a build, or an error that explains how to install it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.engine import toolchain
from local.machine.errors import LocalError
from tests.checkout import ROOT

BUILD = """
import sys
from pathlib import Path
from local.engine.toolchain import build
build(Path(sys.argv[1]), print)
"""
GO = """#!/bin/sh
echo "$GOFLAGS $PWD $*" >>"$GO_CALLS"
while [ "$1" != -o ]; do shift; done
printf half >"$2"
sleep "${GO_SECONDS:-0}"
printf '#!/bin/sh\\necho %s\\n' "$$" >"$2" && chmod +x "$2"
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The first folder on PATH; the other folders have neither Go nor Pulumi."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GO_CALLS", str(tmp_path / "calls"))
    monkeypatch.setattr(toolchain, "USUAL_GO", tmp_path / "no" / "go")
    return folder


def install(path: Path, name: str, script: str) -> Path:
    """Create a command on PATH."""
    command = path / name
    command.write_text(script)
    command.chmod(0o755)
    return command


@pytest.mark.parametrize("version", ["v3.228.0", "3.229.1", "v3.1000.0", "v4.0.0"])
def test_pulumi_that_is_new_enough_is_used(path: Path, version: str) -> None:
    """It is found on PATH, and nothing is built."""
    command = install(path, "pulumi", f"#!/bin/sh\necho {version}\n")

    assert toolchain.pulumi(print) == command


@pytest.mark.parametrize("script", ["echo v3.227.9", "echo v2.999.0", "echo rubbish", "exit 1"])
def test_pulumi_that_is_too_old_or_broken_is_not_used(path: Path, tmp_path: Path, script: str) -> None:
    """The pinned version is built instead, and the reason is reported."""
    install(path, "pulumi", f"#!/bin/sh\n{script}\n")
    install(path, "go", GO)
    reported: list[str] = []

    built = toolchain.pulumi(reported.append)

    assert built == tmp_path / "cache/strata/pulumi" / toolchain.pinned() / "bin/pulumi"
    assert [line.split(":")[0].replace(str(path), "") for line in reported] == [
        "/pulumi is not version 3.228 or newer",
        f"building the Pulumi CLI {toolchain.pinned()} with /go, once",
        "built the Pulumi CLI in 0 s",
    ]


def test_build_uses_only_modules_that_go_sum_pins(path: Path, tmp_path: Path) -> None:
    """Go runs in the pinned module in read-only mode and builds the version that the module requires."""
    install(path, "go", GO)

    toolchain.build(tmp_path, print)

    (call,) = (tmp_path / "calls").read_text().splitlines()
    assert call.startswith(f"-mod=readonly {ROOT}/local/pulumi build ")
    assert call.endswith(toolchain.PACKAGE)
    assert f"version.Version={toolchain.pinned()} " in call


def test_second_build_returns_the_first(path: Path, tmp_path: Path) -> None:
    """The second call does not need Go."""
    go = install(path, "go", GO)
    first = toolchain.build(tmp_path, print)
    go.unlink()

    assert toolchain.build(tmp_path, print) == first


def test_ready_finds_a_command_without_a_build(path: Path) -> None:
    """It returns nothing, then the built command, and prefers one that is on PATH."""
    assert toolchain.ready() is None
    install(path, "go", GO)
    built = toolchain.pulumi(print)
    assert toolchain.ready() == built
    found = install(path, "pulumi", "#!/bin/sh\necho v3.228.0\n")
    assert toolchain.ready() == found


def test_missing_go_is_an_error_with_instructions(path: Path) -> None:
    """The error explains where to get the CLI."""
    with pytest.raises(LocalError) as raised:
        toolchain.pulumi(print)

    assert str(raised.value) == toolchain.HOW_TO_INSTALL
    assert "get.pulumi.com" in toolchain.HOW_TO_INSTALL


def test_failed_build_reports_the_output_of_go(path: Path, tmp_path: Path) -> None:
    """The error has the last lines of the output, and no command is left."""
    install(path, "go", "#!/bin/sh\necho checksum mismatch\nexit 1\n")

    with pytest.raises(LocalError, match=r"could not be built.*\nchecksum mismatch"):
        toolchain.build(tmp_path, print)
    assert not list(tmp_path.rglob("pulumi"))


def test_killed_build_is_started_again(path: Path, tmp_path: Path) -> None:
    """A partly written file is not a command; the next build completes and removes it."""
    install(path, "go", GO)
    with building(tmp_path, seconds=60) as killed:
        wait_for(tmp_path, "*.new")
        os.killpg(killed.pid, signal.SIGKILL)

    command = toolchain.build(tmp_path, print)

    assert subprocess.run([command], check=True, capture_output=True).stdout.strip().isdigit()
    assert not list(tmp_path.rglob("*.new"))


def test_concurrent_builds_run_go_once(path: Path, tmp_path: Path) -> None:
    """The second build reports that it waits, and uses the result of the first."""
    install(path, "go", GO)
    with building(tmp_path, seconds=1):
        wait_for(tmp_path, "*.new")
        reported: list[str] = []
        toolchain.build(tmp_path, reported.append)

    assert reported == ["waiting for another command that is building the Pulumi CLI"]
    assert len((tmp_path / "calls").read_text().splitlines()) == 1


@pytest.mark.parametrize("home", [None, "/proc/nowhere"])
def test_build_is_kept_in_the_checkout_without_a_usable_home(
    monkeypatch: pytest.MonkeyPatch, home: str | None
) -> None:
    """A missing or read-only home directory is not used."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    if home:
        monkeypatch.setenv("HOME", home)

    assert toolchain.cache() == ROOT / ".local" / "pulumi"


def building(folder: Path, seconds: int) -> subprocess.Popen[bytes]:
    """Start a build in another process, with a Go that takes some seconds."""
    return subprocess.Popen(
        [sys.executable, "-c", BUILD, str(folder)],
        cwd=ROOT,
        env={**os.environ, "GO_SECONDS": str(seconds)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for(folder: Path, pattern: str) -> None:
    """Wait until a file below the folder matches the pattern."""
    deadline = time.monotonic() + 20
    while not list(folder.rglob(pattern)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
