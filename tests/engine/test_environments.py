"""The stacks `dev` and `prod` under the real engine: their own config, unknown outputs, and changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.engine.engine import Engine, EngineError
from local.plugin.target import PROOF
from provider.cloud import Cloud
from tests.checkout import copy
from tests.engine.conftest import MakeEngine
from tests.engine.project import declared, edit, inventory, kinds, registered, steps


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_a_stack_for_aws_previews_whole_and_without_a_word_of_complaint(
    engine: MakeEngine, cloud: Cloud, stack: str
) -> None:
    """With nothing but unknown outputs: each resource once, no warning, no Output turned into text."""
    preview = engine(stack=stack, environment={PROOF: cloud.endpoint}).preview()

    assert preview.events.diagnostics == []
    assert registered(preview) == declared(stack)
    assert kinds(preview) == {"create": len(declared(stack))}


def test_a_preview_lists_just_the_steps_of_a_change(engine: MakeEngine, cloud: Cloud, tmp_path: Path) -> None:
    """On `dev`: an edited handler, a new route and a renamed key each touch what is theirs."""
    root = copy(tmp_path / "program", "dev")
    dev = engine(root, stack="dev", environment={PROOF: cloud.endpoint})
    dev.up()
    assert steps(dev.preview()) == set()

    handler = root / "handlers/users/read.py"
    original = handler.read_text()
    handler.write_text(original + "\nEDITED = True\n")
    assert steps(dev.preview()) == {("update", "aws:lambda/function:Function", "users-read")}
    handler.write_text(original)

    program = root / "__main__.py"
    original = program.read_text()
    (root / "handlers/health/again.py").write_text((root / "handlers/health/read.py").read_text())
    edit(
        program,
        '    "GET /openapi.json": Public',
        '    "GET /again": Public("again"),\n    "GET /openapi.json": Public',
    )
    edit(
        program,
        'api.route("$default"',
        'api.route("GET /again", "handlers.health.again:handler", env={"VERSION": settings.version})\n'
        'api.route("$default"',
    )
    assert steps(dev.preview()) == NEW_ROUTE
    program.write_text(original)

    edit(program, 'key="identity"', 'key="person"')
    replaced = dev.preview()
    assert ("replace", "aws:dynamodb/table:Table", "identities") in steps(replaced)
    assert {name for kind, _, name in steps(replaced) if kind == "replace"} == {"identities"}


def test_production_refuses_to_lose_a_table(engine: MakeEngine, cloud: Cloud, tmp_path: Path) -> None:
    """A renamed key would replace the table: the preview and the update stop, and the table stays."""
    root = copy(tmp_path / "program", "prod")
    prod = engine(root, stack="prod", environment={PROOF: cloud.endpoint})
    prod.up()
    tables = inventory(cloud)["table"]
    edit(root / "__main__.py", 'key="identity"', 'key="person"')

    assert_refused(prod, "preview")
    assert_refused(prod, "up")
    assert inventory(cloud)["table"] == tables


def assert_refused(engine: Engine, operation: str) -> None:
    """Have the engine name the table that is protected."""
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
    # The contract tells of it.
    ("update", "aws:lambda/function:Function", "openapi-read"),
}
