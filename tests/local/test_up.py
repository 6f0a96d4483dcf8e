"""`up` again and again: after nothing, after an edit, after a death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from local.deployment.deployment import Deployment
from local.driver.changes import Change
from local.machine.errors import LocalError
from local.machine.ports import free_port
from tests.checkout import ROOT, copy

UP = """
import sys
from pathlib import Path
from local.deployment.deployment import Deployment
root = Path(sys.argv[1])
Deployment(root, root / ".local").up(
    lambda change: print(change.urn, flush=True), print, int(sys.argv[2]), int(sys.argv[3])
)
"""


@dataclass
class Checkout:
    """A copy of the program that may be edited, with a platform of its own."""

    root: Path
    port: int = field(default_factory=free_port)
    cloud_port: int = field(default_factory=free_port)

    @property
    def deployment(self) -> Deployment:
        """Its platform."""
        return Deployment(self.root, self.root / ".local")

    def up(self) -> list[Change]:
        """Bring it up; answer what was touched."""
        done = self.deployment.up(lambda _: None, lambda _: None, self.port, self.cloud_port)
        return [change for change in done.result.changes if change.kind != "same"]

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a piece of a file, which must be there."""
        path = self.root / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def health(self) -> int:
        """What the platform's health answers."""
        return requests.get(f"http://localhost:{self.port}/api/health", timeout=30).status_code


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """A fresh copy, with the bundles that were built before."""
    made = Checkout(copy(tmp_path / "strata"))
    yield made
    made.deployment.reset()


def touched(changes: list[Change]) -> set[tuple[str, str]]:
    """What became of which resource."""
    return {
        (change.kind, change.urn.partition("::")[2].partition("::")[2].rpartition("$")[2])
        for change in changes
    }


def test_up_again_touches_only_what_was_edited(checkout: Checkout) -> None:
    """Everything, then nothing; a handler's edit is one function; a route's removal is its resources."""
    assert {change.kind for change in checkout.up()} == {"create"}
    assert checkout.up() == []

    checkout.edit("handlers/health/read.py", "Health(variable", "Health(version=variable")
    assert touched(checkout.up()) == {("update", "aws:lambda/function:Function::health-read")}
    assert checkout.health() == 200

    checkout.edit("__main__.py", '    "DELETE /users/{userId}": Jwt(("users/write",)),\n', "")
    text = (checkout.root / "__main__.py").read_text()
    start = text.index('api.route(\n    "DELETE /users/{userId}"')
    (checkout.root / "__main__.py").write_text(text[:start] + text[text.index("\n)\n", start) + 3 :])
    assert touched(checkout.up()) == {
        ("delete", "aws:apigatewayv2/integration:Integration::users-delete"),
        ("delete", "aws:apigatewayv2/route:Route::api-delete-users-userId"),
        ("delete", "aws:cloudwatch/logGroup:LogGroup::users-delete"),
        ("delete", "aws:iam/role:Role::users-delete"),
        ("delete", "aws:iam/rolePolicy:RolePolicy::users-delete"),
        ("delete", "aws:lambda/function:Function::users-delete"),
        ("delete", "aws:lambda/permission:Permission::users-delete-delete-users-userId"),
        # The document no longer tells of it.
        ("update", "aws:lambda/function:Function::openapi-read"),
    }


def test_a_killed_emulator_is_followed_by_a_working_platform(checkout: Checkout) -> None:
    """Nothing of it is left but the record; the next up builds it anew."""
    checkout.up()
    process = checkout.deployment.emulator.process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)

    assert Counter(change.kind for change in checkout.up()).keys() == {"create"}
    assert checkout.health() == 200
    assert checkout.up() == []


@pytest.mark.parametrize("after", [5, 60])
def test_a_killed_up_is_followed_by_a_working_platform(checkout: Checkout, after: int) -> None:
    """The next one goes on where it was cut off, and the one after has nothing to do."""
    ports = str(checkout.port), str(checkout.cloud_port)
    child = subprocess.Popen(
        [sys.executable, "-c", UP, str(checkout.root), *ports], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout
    for _ in range(after):
        child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()

    made = [change for change in checkout.up() if change.kind != "create"]
    assert made == []
    assert checkout.health() == 200
    assert checkout.up() == []


def test_a_stop_keeps_the_data(checkout: Checkout) -> None:
    """After down and up nothing is made again, and what was there before is there."""
    checkout.up()
    before = checkout.deployment.outputs
    checkout.deployment.down()

    assert checkout.up() == []
    assert checkout.deployment.outputs == before
    assert checkout.health() == 200


def test_an_edited_handler_is_live_at_once(checkout: Checkout) -> None:
    """The program is applied again without leaving the process, and the next answer is the new one."""
    checkout.up()
    checkout.edit(
        "handlers/health/read.py",
        "return Response(Health(variable",
        'return Response(Health("new " + variable',
    )
    result = checkout.deployment.again(lambda _: None)

    assert touched([change for change in result.changes if change.kind != "same"]) == {
        ("update", "aws:lambda/function:Function::health-read")
    }
    url = f"http://localhost:{checkout.port}/api/health"
    assert requests.get(url, timeout=30).json()["version"] == "new 0.1.0"


def test_a_broken_config_is_told_in_one_line_and_nothing_is_made(checkout: Checkout) -> None:
    """The line names key, value and expectation; the cloud stays empty."""
    checkout.edit("Pulumi.local.yaml", "strata:environment: ephemeral", "strata:environment: ephemral")
    with pytest.raises(LocalError) as caught:
        checkout.up()

    assert str(caught.value) == (
        'strata:environment: "ephemral": unknown; did you mean ephemeral? '
        "expected one of development, ephemeral, production"
    )
    assert checkout.deployment.emulator.cloud.client("lambda").list_functions()["Functions"] == []


def test_a_broken_handler_leaves_the_old_one_running(checkout: Checkout) -> None:
    """The error names the file and the line; the platform goes on with what it had."""
    checkout.up()
    checkout.edit("handlers/health/read.py", "def handler", "def handler(")
    with pytest.raises(LocalError, match=r"handlers.health.read\.py"):
        checkout.deployment.again(lambda _: None)

    assert checkout.health() == 200


def test_one_port_for_both_is_refused(checkout: Checkout) -> None:
    """The front door and the emulator cannot share a port: nothing is started."""
    with pytest.raises(LocalError, match=r"PORT and CLOUD_PORT are both \d+: expected two ports"):
        checkout.deployment.up(lambda _: None, lambda _: None, checkout.port, checkout.port)

    assert checkout.deployment.emulator.process is None
