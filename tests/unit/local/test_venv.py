"""`local/venv.sh` in a copy of the project, with a Python that records what it is asked to install."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILES = (
    ".python-version", "requirements-dev.txt", "Pulumi.yaml", "local/venv.sh", "components/bundle/index.sh"
)  # fmt: skip

PYTHON = f"""#!/bin/sh
case "$*" in
-c*) exit 0 ;;
"-m venv "*)
    mkdir -p "$3/bin" "$3/lib/python3.13/site-packages"
    cp "$0" "$3/bin/python"
    ;;
"-m pip config list") exec {sys.executable} -m pip config list ;;
"-m pip install"*)
    env >"$RECORD/pip"
    printf '#!/bin/sh\\ncase "$1" in pip) env >"$RECORD/uv" ;; esac\\n' >"$(dirname "$0")/uv"
    chmod +x "$(dirname "$0")/uv"
    ;;
esac
"""
"""Replaces Python, venv and pip; only pip's configuration is the real one."""


class Checkout:
    """A copy of the files that the script needs, and the environment of its user."""

    def __init__(self, folder: Path) -> None:
        self.root, self.record = folder / "my chéckout", folder / "record"
        self.environment = {
            "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
            "HOME": str(folder / "home"),
            "RECORD": str(self.record),
        }
        for name in FILES:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.root / name)
        for each in (folder / "bin", folder / "home", self.record):
            each.mkdir()
        (folder / "bin" / "python3").write_text(PYTHON)
        (folder / "bin" / "python3").chmod(0o755)

    def make_environment(self) -> subprocess.CompletedProcess[str]:
        """Run the script like `make venv`."""
        return subprocess.run(
            ["sh", "local/venv.sh"], cwd=self.root, env=self.environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    def received(self, program: str, *prefixes: str) -> dict[str, str]:
        """Return the environment variables with these prefixes that a program had when it installed."""
        lines = (self.record / program).read_text().splitlines()
        pairs = dict(line.split("=", 1) for line in lines if "=" in line)
        return {name: value for name, value in pairs.items() if name.startswith(prefixes)}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_cdpath_leads_to_no_other_folder(checkout: Checkout, tmp_path: Path) -> None:
    """A folder that looks like a checkout keeps its `.venv`, although the shell would prefer it."""
    other = tmp_path / "other"
    shutil.copytree(checkout.root, other)
    (other / ".venv").mkdir()
    (other / ".venv" / "mine").touch()
    checkout.environment["CDPATH"] = str(other)
    done = checkout.make_environment()

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "Creating .venv\n")
    assert [file.name for file in (other / ".venv").iterdir()] == ["mine"]
    assert (checkout.root / ".venv" / "bin" / "uv").exists()


@pytest.mark.parametrize("missing", ["Pulumi.yaml", "requirements-dev.txt", ".python-version"])
def test_folder_that_is_not_a_checkout_is_refused(checkout: Checkout, missing: str) -> None:
    """A `.venv` in any other folder is kept."""
    (checkout.root / missing).unlink()
    (checkout.root / ".venv").mkdir()
    done = checkout.make_environment()

    expected = f"error: {checkout.root} has no {missing}: expected a checkout of this project\n"
    assert (done.returncode, done.stderr) == (1, expected)
    assert (checkout.root / ".venv").exists()


def test_second_run_does_nothing(checkout: Checkout) -> None:
    """An environment with the pinned packages stays as it is."""
    checkout.make_environment()
    (checkout.record / "uv").unlink()
    done = checkout.make_environment()

    assert (done.returncode, done.stdout, list(checkout.record.glob("uv"))) == (0, "", [])


def test_linked_environment_is_used_and_not_changed(checkout: Checkout, tmp_path: Path) -> None:
    """A symbolic link leads out of the checkout: its packages must be the pinned ones already."""
    checkout.make_environment()
    (checkout.root / ".venv").rename(tmp_path / "shared")
    (checkout.root / ".venv").symlink_to(tmp_path / "shared")
    assert checkout.make_environment().returncode == 0

    (tmp_path / "shared" / ".installed").write_text("another list")
    done = checkout.make_environment()
    assert (done.returncode, (tmp_path / "shared" / ".installed").read_text()) == (1, "another list")
    assert done.stderr.startswith("error: .venv is a symbolic link to an environment without the pinned")


def test_settings_of_pip_move_no_package(checkout: Checkout) -> None:
    """Of pip's settings, in the environment or a file, only those of the registry apply."""
    folder = Path(checkout.environment["HOME"]) / ".config" / "pip"
    folder.mkdir(parents=True)
    (folder / "pip.conf").write_text(
        "[global]\nindex-url = https://mirror/simple\nproxy = http://proxy:3128\ntarget = /elsewhere\n"
        "[install]\nuser = true\nextra-index-url =\n  https://a:p%%40s@one\n  https://two\n"
    )
    checkout.environment |= {
        "PIP_USER": "1", "PIP_TARGET": "/elsewhere", "PIP_PREFIX": "/elsewhere", "PIP_ROOT": "/elsewhere",
        "PIP_QUIET": "3", "PIP_NO_BINARY": ":all:", "PIP_TRUSTED_HOST": "mirror", "PIP_CERT": "/ca.pem",
        "UV_SYSTEM_PYTHON": "1", "PYTHONHOME": "/nowhere", "PYTHONPATH": "/nowhere", "PYTHONOPTIMIZE": "2",
        "PYTHONWARNINGS": "error",
    }  # fmt: skip
    done = checkout.make_environment()

    assert (done.returncode, done.stderr) == (0, "Creating .venv\n")
    assert checkout.received("pip", "PIP_", "PYTHON") == {
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_INDEX_URL": "https://mirror/simple",
        "PIP_EXTRA_INDEX_URL": "https://a:p%%40s@one https://two",
        "PIP_TRUSTED_HOST": "mirror",
        "PIP_PROXY": "http://proxy:3128",
        "PIP_CERT": "/ca.pem",
    }
    assert checkout.received("uv", "UV_", "SSL_", "ALL_PROXY") == {
        "UV_DEFAULT_INDEX": "https://mirror/simple",
        "UV_EXTRA_INDEX_URL": "https://a:p%%40s@one https://two",
        "UV_INSECURE_HOST": "mirror",
        "SSL_CERT_FILE": "/ca.pem",
        "ALL_PROXY": "http://proxy:3128",
    }


def test_settings_of_uv_and_proxies_are_kept(checkout: Checkout) -> None:
    """An index in uv's settings takes precedence over pip's, and both use the user's proxies."""
    own = {"UV_INDEX_URL": "https://own/simple", "HTTPS_PROXY": "http://user", "http_proxy": "http://user"}
    checkout.environment |= {**own, "PIP_INDEX_URL": "https://mirror", "PIP_PROXY": "http://pip"}
    checkout.make_environment()

    proxies = ("HTTPS_PROXY", "http_proxy", "ALL_PROXY")
    assert checkout.received("uv", "UV_", *proxies) == own
    assert checkout.received("pip", *proxies) == {name: own[name] for name in proxies[:2]}


def test_import_path_is_the_same_text_in_every_encoding(checkout: Checkout) -> None:
    """The file that makes the packages importable has no name of a folder."""
    checkout.make_environment()
    (file,) = checkout.root.glob(".venv/lib/python*/site-packages/strata.pth")

    assert Path(os.path.normpath(file.parent / file.read_text().strip())) == checkout.root
