"""The short way for edits of handlers, on a running platform."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import requests

from local.driver.changes import Change
from tests.checkout import ROOT, copy
from tests.local.checkouts import Checkout, changed_resources
from tests.local.platform import until

READ = "handlers/health/read.py"
KILLS = 5

UPDATE = """
import sys
from pathlib import Path
from local.deployment.deployment import Deployment
root = Path(sys.argv[1])
print("ready", flush=True)
Deployment(root, root / ".local").update_functions([root / sys.argv[2]], lambda change: None)
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A copy of the program, deployed."""
    made = Checkout(copy(tmp_path_factory.mktemp("short") / "strata"))
    made.up()
    yield made
    made.deployment.reset()


def version(checkout: Checkout) -> str:
    """Return the version that the health check reports."""
    return requests.get(f"http://localhost:{checkout.port}/api/health", timeout=30).json()["version"]


def edit(checkout: Checkout, mark: str) -> None:
    """Let the health check report another version."""
    text = (ROOT / READ).read_text()
    assert "variable(" in text
    (checkout.root / READ).write_text(text.replace("variable(", f'"{mark}" + variable('))


def short(checkout: Checkout, *paths: str) -> list[Change] | None:
    """Take the short way for changed files."""
    return checkout.deployment.update_functions([checkout.root / path for path in paths], lambda _: None)


def test_edited_handler_is_live_and_the_program_finds_nothing_to_do(checkout: Checkout) -> None:
    """The function that contains the file is updated; no fingerprint is left until the program runs."""
    edit(checkout, "short-")
    changes = short(checkout, READ)

    assert changes is not None
    assert changed_resources(changes) == {("update", "aws:lambda/function:Function::health-read")}
    assert version(checkout).startswith("short-")
    assert not checkout.deployment.is_current
    assert checkout.up() == []
    assert checkout.deployment.is_current


def test_shared_module_updates_every_function_that_contains_it(checkout: Checkout) -> None:
    """The functions are those whose bundles contain the file."""
    checkout.edit("handlers/users/logic.py", "\n    return ", "\n    assert True\n    return ")
    changes = short(checkout, "handlers/users/logic.py")

    assert changes is not None
    assert len(changes) > 1
    assert {change.kind for change in changes} == {"update"}
    assert checkout.up() == []


@pytest.mark.parametrize("path", ["handlers/events/catalogue.py", "wiring/users.py", "Pulumi.local.yaml"])
def test_other_files_need_the_program(checkout: Checkout, path: str) -> None:
    """Nothing is updated for a file from which the program takes more than code."""
    assert short(checkout, path) is None


def test_killed_short_way_leaves_a_platform_that_up_completes(checkout: Checkout) -> None:
    """Wherever it is killed, the next `up` applies the edit, and the one after finds nothing to do."""
    chooser = random.Random(5)  # noqa: S311 - any moments will do
    for number in range(KILLS):
        edit(checkout, f"kill-{number}-")
        child = subprocess.Popen(
            [sys.executable, "-c", UPDATE, str(checkout.root), READ], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert child.stdout
        child.stdout.readline()
        time.sleep(chooser.uniform(0.2, 1.2))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()

        checkout.up()
        until(lambda mark=f"kill-{number}-": version(checkout).startswith(mark))
        assert checkout.up() == []
