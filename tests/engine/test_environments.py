"""The stacks `dev` and `prod` under the real engine: config, unknown outputs and changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.engine.engine import Engine, EngineError
from local.plugin.target import PROOF
from provider.cloud import Cloud
from tests.checkout import copy
from tests.engine.conftest import MakeEngine
from tests.engine.project import declared, edit, inventory, kinds, registered, steps

WITHOUT_SNAPSHOTS = {"strata:functions": {"snapStart": False}}
"""For a snapshot, the embedded cloud starts the function; the packages of `prod` run only on Lambda."""


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_preview_of_a_stack_for_aws_is_complete_and_without_warnings(
    engine: MakeEngine, cloud: Cloud, stack: str
) -> None:
    """All outputs are unknown; each resource is created once, and no Output is converted to text."""
    preview = engine(stack=stack, environment={PROOF: cloud.endpoint}).preview()

    assert preview.events.diagnostics == []
    assert registered(preview) == declared(stack)
    assert kinds(preview) == {"create": len(declared(stack))}


def test_preview_lists_only_the_steps_of_a_change(engine: MakeEngine, cloud: Cloud, tmp_path: Path) -> None:
    """An edited handler, a new route and a renamed key each change only the resources that depend on them."""
    root = copy(tmp_path / "program", "dev")
    dev = engine(root, stack="dev", environment={PROOF: cloud.endpoint})
    dev.up()
    assert steps(dev.preview()) == set()

    handler = root / "handlers/users/read.py"
    original = handler.read_text()
    handler.write_text(original + "\nEDITED = True\n")
    assert steps(dev.preview()) == {("update", "aws:lambda/function:Function", "users-read")}
    handler.write_text(original)

    wiring = root / "wiring/health.py"
    original = wiring.read_text()
    (root / "handlers/health/again.py").write_text((root / "handlers/health/read.py").read_text())
    health = '"GET /health": Route('
    edit(wiring, health, f'"GET /again": Route("health.again", Public("again")), {health}')
    read = 'platform.route("health.read", env(VERSION=platform.settings.version))'
    edit(wiring, read, f"{read}\n    {read.replace('health.read', 'health.again')}")
    assert steps(dev.preview()) == NEW_ROUTE
    wiring.write_text(original)

    edit(root / "wiring/users.py", 'key="identity"', 'key="person"')
    replaced = dev.preview()
    assert ("replace", "aws:dynamodb/table:Table", "identities") in steps(replaced)
    assert {name for kind, _, name in steps(replaced) if kind == "replace"} == {"identities"}


def test_protected_table_is_not_replaced(engine: MakeEngine, cloud: Cloud, tmp_path: Path) -> None:
    """A renamed key would replace the table: the preview and the update fail, and the table remains."""
    root = copy(tmp_path / "program", "prod")
    prod = engine(root, stack="prod", overrides=WITHOUT_SNAPSHOTS, environment={PROOF: cloud.endpoint})
    prod.up()
    tables = inventory(cloud)["table"]
    edit(root / "wiring/users.py", 'key="identity"', 'key="person"')

    assert_refused(prod, "preview")
    assert_refused(prod, "up")
    assert inventory(cloud)["table"] == tables


def assert_refused(engine: Engine, operation: str) -> None:
    """Expect the engine's error to name the protected table."""
    with pytest.raises(EngineError, match=r"(?s)identities.*protect"):
        getattr(engine, operation)()


NEW_ROUTE = {
    ("create", "aws:apigatewayv2/integration:Integration", "health-again"),
    ("create", "aws:apigatewayv2/route:Route", "api-get-again"),
    ("create", "aws:cloudwatch/logGroup:LogGroup", "health-again"),
    ("create", "aws:iam/role:Role", "health-again"),
    ("create", "aws:iam/rolePolicy:RolePolicy", "health-again"),
    ("create", "aws:lambda/function:Function", "health-again"),
    ("create", "aws:lambda/permission:Permission", "health-again-get-again"),
    # The OpenAPI document and the fallback list the routes.
    ("update", "aws:lambda/function:Function", "fallback-not-found"),
    ("update", "aws:lambda/function:Function", "openapi-read"),
}
