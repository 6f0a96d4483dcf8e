"""A generated domain in a copy of the project: checks, recorded files, suites, and a request over HTTP."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from local.deployment import people
from local.deployment.deployment import Deployment
from local.machine.ports import free_port
from tests.checkout import ROOT

MAX_EDITED_FILES = 3
PROJECT = (
    *("__main__.py", "settings", "wiring", "components", "handlers", "provider", "shell", "local", "operate"),
    *("frontend", "edge", "bootstrap", "bench", "tools", "tests", "docs", "recorded"),
    *(".github", ".ci", "Makefile"),
    *(
        "README.md",
        "AGENTS.md",
        "pyproject.toml",
        ".python-version",
        "requirements.in",
        "requirements-dev.in",
    ),
    *("Pulumi.yaml", "Pulumi.local.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"),
)
CHECKS = (
    ("-m", "ruff", "check"),
    ("-m", "ruff", "format", "--check"),
    ("-m", "basedpyright"),
    ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"),
    ("-m", "tools.words"),
    ("-m", "tools.record"),
    ("-m", "tools.docs"),
    ("-m", "tools.record", "--check"),
    ("-m", "tools.docs", "--check"),
)
SUITES = (
    "tests/unit/handlers",
    "tests/unit/wiring",
    "tests/unit/settings",
    "tests/unit/test_generated_docs.py",
    "tests/infrastructure",
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project under version control, with the new domain `orders`."""
    root = tmp_path_factory.mktemp("project") / "strata"
    root.mkdir()
    for name in PROJECT:
        ignored = shutil.ignore_patterns("__pycache__", "pulumi")
        source = ROOT / name
        shutil.copytree(source, root / name, ignore=ignored) if source.is_dir() else shutil.copy(source, root)
    (root / ".local").mkdir()
    (root / ".local" / "bundles").symlink_to(ROOT / ".local" / "bundles")
    (root / ".venv").symlink_to(ROOT / ".venv")
    for command in (["init", "--quiet"], ["add", "--all"], COMMIT):
        subprocess.run(["git", *command], cwd=root, check=True)
    run(root, "-m", "tools.new", "domain", "orders")
    subprocess.run(["git", "add", "--all"], cwd=root, check=True)
    return root


COMMIT = ["-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "-m", "copy"]


def run(root: Path, *arguments: str) -> str:
    """Run Python in the copy, which must succeed; return its output."""
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONSAFEPATH": ""}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_at_most_three_existing_files_are_edited(project: Path) -> None:
    """Everything else is new; `make record` and `make docs` write what is recorded and generated."""
    edited = subprocess.run(
        ["git", "diff", "--cached", "--name-only", "--diff-filter=M"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert edited == ["__main__.py", "handlers/events/catalogue.py"]
    assert len(edited) <= MAX_EDITED_FILES


@pytest.mark.timeout(900)
def test_checks_and_suites_pass_at_once(project: Path) -> None:
    """Style, types, imports, words, recorded files and generated docs; then unit and infrastructure tests."""
    for check in CHECKS:
        run(project, *check)
    run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", *SUITES)


@pytest.fixture
def deployment(project: Path) -> Iterator[Deployment]:
    """The deployment of the copy, removed after the test."""
    deployment = Deployment(project, project / ".local")
    yield deployment
    deployment.reset()


def test_new_domain_responds_over_http(project: Path, deployment: Deployment) -> None:
    """A created order is read as confirmed: the stream, the bus, the queue and the consumer work."""
    port = free_port()
    deployment.up(lambda _: None, lambda _: None, port, free_port())
    outputs = deployment.outputs
    headers = {"Authorization": f"Bearer {people.token(deployment.emulator.cloud, outputs, user='admin')}"}
    orders = f"http://localhost:{port}/api/orders"

    created = requests.post(orders, json={"name": "Ada's order"}, headers=headers, timeout=30)
    assert created.status_code == 201, created.text

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        order = requests.get(f"{orders}/{created.json()['id']}", headers=headers, timeout=30).json()
        if order["status"] == "confirmed":
            return
        time.sleep(0.2)
    pytest.fail(f"the order was not confirmed: {order}")
