"""The commands with the settings of a user whose other programs need proxies, profiles and odd locales."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from local.machine.ports import free_port, loopbacks
from tests.checkout import ROOT
from tests.local.platform import Platform

LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".local", "__pycache__", "tests", ".*_cache", ".hypothesis"
)
NOWHERE = "http://127.0.0.1:9"
"""The address of a proxy that does not run."""

SETTINGS = {
    **{name: NOWHERE for each in ("http_proxy", "https_proxy", "all_proxy") for name in (each, each.upper())},
    "AWS_PROFILE": "not-there",
    "AWS_DEFAULT_REGION": "eu-north-1",
    "AWS_ENDPOINT_URL": NOWHERE,
    "AWS_USE_FIPS_ENDPOINT": "true",
    "PIP_USER": "1",
    "PIP_TARGET": "/nonexistent",
    "LC_ALL": "C",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
    "PULUMI_CONFIG_PASSPHRASE": "",
    "PULUMI_BACKEND_URL": "file:///nonexistent",
}


class User:
    """A user with a checkout in a folder with spaces and characters that are not ASCII."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "größere Projekte" / "strata"
        self.port, self.cloud_port = free_port(), free_port()
        shutil.copytree(ROOT, self.root, ignore=LEFT_OUT)
        (self.root / ".venv").symlink_to(ROOT / ".venv")
        (self.root / ".local").mkdir()
        (self.root / ".local" / "bundles").symlink_to(ROOT / ".local" / "bundles")
        (folder / "config").write_text("[profile\nnot a config file")
        other = folder / "other"
        (other / "local").mkdir(parents=True)
        self.environment = {
            **os.environ,
            **SETTINGS,
            "AWS_CONFIG_FILE": str(folder / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "config"),
            "CDPATH": str(other),
        }
        for name in ("no_proxy", "NO_PROXY"):
            self.environment.pop(name, None)

    def run(self, *command: str) -> str:
        """Run a command, and return what it printed to standard output."""
        done = subprocess.run(
            command, cwd=self.root, env=self.environment, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr == ""
        return done.stdout

    def make(self, target: str) -> str:
        """Run a make target with the user's ports."""
        return self.run("make", target, f"PORT={self.port}", f"CLOUD_PORT={self.cloud_port}")


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory, platform: Platform) -> Iterator[User]:
    """A user whose platform runs; the shared platform has built the bundles before."""
    user = User(tmp_path_factory.mktemp("user"))
    try:
        user.make("up")
        yield user
    finally:
        user.make("reset")


def test_api_is_served_at_every_address_of_localhost(user: User) -> None:
    """Its document, which is written from docstrings, is the same as elsewhere."""
    recorded = json.loads((ROOT / "recorded" / "openapi.json").read_text())
    for host in loopbacks():
        address = f"http://{f'[{host}]' if ':' in host else host}:{user.port}/api/openapi.json"
        with build_opener(ProxyHandler({})).open(address, timeout=30) as response:
            assert json.load(response)["paths"] == recorded["paths"]


def test_token_is_printed(user: User) -> None:
    """The sign-in goes through the hosted login of the emulator."""
    assert len(user.make("token").strip().split(".")) == 3


def test_status_is_ready(user: User) -> None:
    """The command exits with 0 if all parts run."""
    assert f"http://localhost:{user.port}" in user.make("status")


def test_operator_sees_the_dead_letter_queues(user: User) -> None:
    """The command runs without make, which would remove some of the settings."""
    assert "users" in user.run(".venv/bin/python", "-m", "operate", "dlq", "list", "--json")


def test_up_without_the_texts_of_the_api_is_refused(user: User) -> None:
    """Without make, Python removes docstrings at the user's request, and nothing is deployed."""
    command = [".venv/bin/python", "-W", "default", "-m", "local", "up", "--verify"]
    done = subprocess.run(
        command, cwd=user.root, env=user.environment, text=True, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert "error: Python runs with PYTHONOPTIMIZE=2 or -OO, which removes the texts" in done.stderr
