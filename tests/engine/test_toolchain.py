"""Where `pulumi` comes from: PATH, a build, or a word on how to get one."""

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
    """The one folder on PATH beside the system's, which has neither Go nor Pulumi."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GO_CALLS", str(tmp_path / "calls"))
    monkeypatch.setattr(toolchain, "USUAL_GO", tmp_path / "no" / "go")
    return folder


def install(path: Path, name: str, script: str) -> Path:
    """Put a command on PATH."""
    command = path / name
    command.write_text(script)
    command.chmod(0o755)
    return command


@pytest.mark.parametrize("version", ["v3.228.0", "3.229.1", "v3.1000.0", "v4.0.0"])
def test_a_pulumi_that_is_new_enough_is_used(path: Path, version: str) -> None:
    """It is found on PATH, and nothing is built."""
    command = install(path, "pulumi", f"#!/bin/sh\necho {version}\n")

    assert toolchain.pulumi(print) == command


@pytest.mark.parametrize("script", ["echo v3.227.9", "echo v2.999.0", "echo rubbish", "exit 1"])
def test_a_pulumi_that_is_too_old_or_broken_is_not_used(path: Path, tmp_path: Path, script: str) -> None:
    """The pinned one is built instead, and the person is told why."""
    install(path, "pulumi", f"#!/bin/sh\n{script}\n")
    install(path, "go", GO)
    said: list[str] = []

    built = toolchain.pulumi(said.append)

    assert built == tmp_path / "cache/strata/pulumi" / toolchain.pinned() / "bin/pulumi"
    assert [line.split(":")[0].replace(str(path), "") for line in said] == [
        "/pulumi is not version 3.228 or newer",
        f"building the Pulumi CLI {toolchain.pinned()} with /go, once",
        "built the Pulumi CLI in 0 s",
    ]


def test_a_build_trusts_only_what_go_sum_vouches_for(path: Path, tmp_path: Path) -> None:
    """Go runs in the pinned module, which it may not change, and builds the version that stands there."""
    install(path, "go", GO)

    toolchain.build(tmp_path, print)

    (call,) = (tmp_path / "calls").read_text().splitlines()
    assert call.startswith(f"-mod=readonly {ROOT}/local/pulumi build ")
    assert call.endswith(toolchain.PACKAGE)
    assert f"version.Version={toolchain.pinned()} " in call


def test_what_was_built_is_built_once(path: Path, tmp_path: Path) -> None:
    """The second call answers with the first one's, without Go."""
    go = install(path, "go", GO)
    first = toolchain.build(tmp_path, print)
    go.unlink()

    assert toolchain.build(tmp_path, print) == first


def test_what_is_ready_is_told_without_a_build(path: Path) -> None:
    """Nothing at first, then what was built, and before that what is on PATH."""
    assert toolchain.ready() is None
    install(path, "go", GO)
    built = toolchain.pulumi(print)
    assert toolchain.ready() == built
    found = install(path, "pulumi", "#!/bin/sh\necho v3.228.0\n")
    assert toolchain.ready() == found


def test_without_go_the_person_is_told_what_to_install(path: Path) -> None:
    """Not one missing command's error, but where to get the CLI."""
    with pytest.raises(LocalError) as told:
        toolchain.pulumi(print)

    assert str(told.value) == toolchain.HOW_TO_INSTALL
    assert "get.pulumi.com" in toolchain.HOW_TO_INSTALL


def test_a_build_that_fails_tells_what_go_said(path: Path, tmp_path: Path) -> None:
    """Its last lines, and nothing stands where the command would."""
    install(path, "go", "#!/bin/sh\necho checksum mismatch\nexit 1\n")

    with pytest.raises(LocalError, match=r"could not be built.*\nchecksum mismatch"):
        toolchain.build(tmp_path, print)
    assert not list(tmp_path.rglob("pulumi"))


def test_a_build_that_was_killed_is_begun_anew(path: Path, tmp_path: Path) -> None:
    """What it left is no command; the next build makes a whole one and clears away."""
    install(path, "go", GO)
    with building(tmp_path, seconds=60) as killed:
        wait_for(tmp_path, "*.new")
        os.killpg(killed.pid, signal.SIGKILL)

    command = toolchain.build(tmp_path, print)

    assert subprocess.run([command], check=True, capture_output=True).stdout.strip().isdigit()
    assert not list(tmp_path.rglob("*.new"))


def test_two_builds_at_once_run_go_once(path: Path, tmp_path: Path) -> None:
    """The second waits for the first, says so, and takes what that built."""
    install(path, "go", GO)
    with building(tmp_path, seconds=1):
        wait_for(tmp_path, "*.new")
        said: list[str] = []
        toolchain.build(tmp_path, said.append)

    assert said == ["waiting for another command that is building the Pulumi CLI"]
    assert len((tmp_path / "calls").read_text().splitlines()) == 1


@pytest.mark.parametrize("home", [None, "/proc/nowhere"])
def test_without_a_usable_home_the_checkout_keeps_what_was_built(
    monkeypatch: pytest.MonkeyPatch, home: str | None
) -> None:
    """Nothing is asked of a home that is not there or cannot be written."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    if home:
        monkeypatch.setenv("HOME", home)

    assert toolchain.cache() == ROOT / ".local" / "pulumi"


def building(folder: Path, seconds: int) -> subprocess.Popen[bytes]:
    """Start a build in a process of its own, by a Go that takes its time."""
    return subprocess.Popen(
        [sys.executable, "-c", BUILD, str(folder)],
        cwd=ROOT,
        env={**os.environ, "GO_SECONDS": str(seconds)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for(folder: Path, pattern: str) -> None:
    """Wait until there is such a file below the folder."""
    deadline = time.monotonic() + 20
    while not list(folder.rglob(pattern)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
