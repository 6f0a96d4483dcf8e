"""Deployments of the program: the first one, after edits, and after crashes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from local.commands.cli import NOT_RUNNING, main
from local.driver.changes import Change, Result
from local.machine.errors import LocalError
from tests.checkout import ROOT, copy
from tests.local.checkouts import Checkout, changed_resources

UP = """
import sys
from pathlib import Path
from local.deployment.deployment import Deployment
root = Path(sys.argv[1])
Deployment(root, root / ".local").up(
    lambda change: print(change.urn, flush=True), print, int(sys.argv[2]), int(sys.argv[3])
)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """A copy of the program that reuses the bundles of this checkout."""
    made = Checkout(copy(tmp_path / "strata"))
    yield made
    made.deployment.reset()


def test_up_changes_only_edited_resources(checkout: Checkout) -> None:
    """An edit of a handler updates one function; the removal of a route deletes its resources."""
    assert {change.kind for change in checkout.up()} == {"create"}
    assert checkout.up() == []

    checkout.edit("handlers/health/read.py", "Health(variable", "Health(version=variable")
    assert changed_resources(checkout.up()) == {("update", "aws:lambda/function:Function::health-read")}
    assert checkout.health() == 200

    checkout.edit("wiring/users.py", '        "DELETE /users/{userId}": Route("users.delete", WRITE),\n', "")
    module = checkout.root / "wiring" / "users.py"
    text = module.read_text()
    start = text.index('    platform.route(\n        "users.delete"')
    module.write_text(text[:start] + text[text.index("\n    )\n", start) + 7 :])
    assert changed_resources(checkout.up()) == {
        ("delete", "aws:apigatewayv2/integration:Integration::users-delete"),
        ("delete", "aws:apigatewayv2/route:Route::api-delete-users-userId"),
        ("delete", "aws:cloudwatch/logGroup:LogGroup::users-delete"),
        ("delete", "aws:iam/role:Role::users-delete"),
        ("delete", "aws:iam/rolePolicy:RolePolicy::users-delete"),
        ("delete", "aws:lambda/function:Function::users-delete"),
        ("delete", "aws:lambda/permission:Permission::users-delete-delete-users-userId"),
        # The OpenAPI document and the fallback no longer contain the route.
        ("update", "aws:lambda/function:Function::fallback-not-found"),
        ("update", "aws:lambda/function:Function::openapi-read"),
    }


def test_unchanged_up_does_not_run_the_program(checkout: Checkout) -> None:
    """`up` returns without the SDK; with `verify` it runs the program, and names a change that it finds."""
    checkout.up()
    deployment = checkout.deployment
    up = partial(replace(deployment, apply=refuse).up, lambda _: None, lambda _: None)
    done = up()
    assert Counter(change.kind for change in done.result.changes).keys() == {"same"}
    assert (done.url, done.result.outputs) == (f"http://localhost:{checkout.port}", deployment.outputs)
    with pytest.raises(LookupError):
        up(verify=True)
    with pytest.raises(LookupError):  # That run was not complete.
        up()


def test_verify_names_a_change_that_the_fingerprint_hides(checkout: Checkout) -> None:
    """A fingerprint that is wrong is an error of `up --verify`."""
    checkout.up()
    deployment = checkout.deployment
    checkout.edit("handlers/health/read.py", "Health(variable", "Health(version=variable")
    with deployment.fingerprint.of_run(deployment.processes):
        pass
    with pytest.raises(LocalError, match=r"showed no change, but this run changed .*::health-read$"):
        checkout.up()


def refuse(*arguments: object) -> Result:
    """Fail in place of the driver."""
    raise LookupError(arguments)


def test_up_after_a_killed_emulator_restores_the_last_save(checkout: Checkout) -> None:
    """After the emulator was killed, the next `up` finds the resources as of the last save."""
    checkout.up()
    checkout.deployment.emulator.save()
    kill_emulator(checkout)

    assert checkout.up() == []
    assert checkout.health() == 200


@pytest.mark.parametrize("after", [5, 60, 200])
def test_up_after_a_killed_emulator_completes_the_deployment(checkout: Checkout, after: int) -> None:
    """If the emulator is killed while the program is applied, the next `up` completes the last save."""
    changes = 0

    def report(change: Change) -> None:
        nonlocal changes
        changes += 1
        if changes == after:
            kill_emulator(checkout)

    with pytest.raises(LocalError, match=r"^the emulator has exited: run make up to restart it"):
        checkout.deployment.up(report, print, checkout.port, checkout.cloud_port)

    assert {change.kind for change in checkout.up()} == {"create"}
    assert checkout.health() == 200
    assert checkout.up() == []


def kill_emulator(checkout: Checkout) -> None:
    process = checkout.deployment.emulator.process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)


def test_up_restores_what_was_deleted_by_hand(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """`up` creates a deleted user pool or API again without an option, and any other resource with `refresh`.

    Before, `token` and `status` report what does not exist.
    """
    checkout.up()
    outputs, cloud = checkout.deployment.outputs, checkout.deployment.emulator.cloud
    cognito, tables = cloud.client("cognito-idp"), cloud.client("dynamodb")
    pool = cognito.describe_user_pool(UserPoolId=outputs["userPoolId"])["UserPool"]
    cognito.delete_user_pool_domain(Domain=pool["Domain"], UserPoolId=pool["Id"])
    cognito.delete_user_pool(UserPoolId=pool["Id"])
    capsys.readouterr()
    codes = [main([command], checkout.deployment) for command in ("token", "status")]
    printed = capsys.readouterr()

    assert codes == [1, NOT_RUNNING]
    assert printed.err == (
        f"error: the user pool {pool['Id']} or its client does not exist: "
        "run make up, or make engine-up if the Pulumi engine deployed it\n"
    )
    assert f"the user pool {pool['Id']} does not exist" in printed.out
    assert checkout.up() != []
    assert [main([command], checkout.deployment) for command in ("token", "status")] == [0, 0]

    cloud.client("apigatewayv2").delete_api(ApiId=api_id(checkout))
    capsys.readouterr()
    assert main(["status"], checkout.deployment) == NOT_RUNNING
    assert "the API does not exist: GET /api/health returns 404" in capsys.readouterr().out
    assert checkout.up() != []
    assert main(["status"], checkout.deployment) == 0

    name = next(name for name in tables.list_tables()["TableNames"] if "-idempotency-" in name)
    tables.delete_table(TableName=name)
    checkout.deployment.up(lambda _: None, print, checkout.port, checkout.cloud_port, refresh=True)
    assert len([each for each in tables.list_tables()["TableNames"] if "-idempotency-" in each]) == 1
    assert checkout.up() == []


def api_id(checkout: Checkout) -> str:
    return urlsplit(checkout.deployment.outputs["apiUrl"]).path.split("/")[3]


@pytest.mark.parametrize("after", [5, 60])
def test_up_continues_after_a_killed_up(checkout: Checkout, after: int) -> None:
    """The next `up` completes the deployment, and the one after changes nothing."""
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

    others = [change for change in checkout.up() if change.kind != "create"]
    assert others == []
    assert checkout.health() == 200
    assert checkout.up() == []


def test_down_keeps_the_data(checkout: Checkout) -> None:
    """After `down`, `up` creates nothing, and the outputs are unchanged."""
    checkout.up()
    before = checkout.deployment.outputs
    checkout.deployment.down()

    assert checkout.up() == []
    assert checkout.deployment.outputs == before
    assert checkout.health() == 200


def test_reapply_deploys_an_edited_handler(checkout: Checkout) -> None:
    """The program is applied again in the same process, and the next response is the new one."""
    checkout.up()
    checkout.edit(
        "handlers/health/read.py",
        "return Response(Health(variable",
        'return Response(Health("new " + variable',
    )
    result = checkout.deployment.reapply(lambda _: None)

    assert changed_resources([change for change in result.changes if change.kind != "same"]) == {
        ("update", "aws:lambda/function:Function::health-read")
    }
    url = f"http://localhost:{checkout.port}/api/health"
    assert requests.get(url, timeout=30).json()["version"] == "new 0.1.0"


def test_invalid_config_is_an_error_and_creates_nothing(checkout: Checkout) -> None:
    """The error states key, value and expectation in one line, and the cloud stays empty."""
    checkout.edit("Pulumi.local.yaml", "strata:environment: ephemeral", "strata:environment: ephemral")
    with pytest.raises(LocalError) as caught:
        checkout.up()

    assert str(caught.value) == (
        'strata:environment: "ephemral": unknown; did you mean ephemeral? '
        "expected one of development, ephemeral, production"
    )
    assert checkout.deployment.emulator.cloud.client("lambda").list_functions()["Functions"] == []


def test_invalid_handler_leaves_the_old_one_deployed(checkout: Checkout) -> None:
    """The error names the file, and the platform keeps the deployed functions."""
    checkout.up()
    checkout.edit("handlers/health/read.py", "def handler", "def handler(")
    with pytest.raises(LocalError, match=r"handlers.health.read\.py"):
        checkout.deployment.reapply(lambda _: None)

    assert checkout.health() == 200


def test_equal_ports_are_an_error(checkout: Checkout) -> None:
    """If the front door and the emulator have the same port, nothing is started."""
    with pytest.raises(LocalError, match=r"PORT and CLOUD_PORT are both \d+: expected two different ports"):
        checkout.deployment.up(lambda _: None, lambda _: None, checkout.port, checkout.port)

    assert checkout.deployment.emulator.process is None
