"""Saved plans: what production's approver saw is what the update does, or it does nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from local.engine.engine import Engine, EngineError
from provider.cloud import Cloud
from tests.checkout import copy
from tests.engine.conftest import MakeEngine
from tests.engine.project import declared, edit, kinds, steps

QUEUE = 'aws.sqs.Queue("queue", delay_seconds=1)'
HEALTH = ("update", "aws:lambda/function:Function", "health-read")


def test_plan_is_applied_from_another_checkout(engine: MakeEngine, tmp_path: Path) -> None:
    """A plan of the whole platform, and one of a change, allow what they contain; secrets are encrypted."""
    plan = tmp_path / "plan.json"
    planner, deployer = engine(copy(tmp_path / "planner")), engine(copy(tmp_path / "deployer"))
    resources = len(declared("local"))

    planner.preview(plan=plan)
    assert kinds(deployer.up(plan=plan)) == {"create": resources}
    for local in (planner, deployer):
        release(local, "2")
    assert steps(planner.preview(plan=plan)) == {HEALTH}
    assert steps(deployer.up(plan=plan)) == {HEALTH}

    text = plan.read_text()
    assert ("ciphertext" in text, "plaintext" in text) == (True, False)


@pytest.mark.parametrize(
    "other",
    ['aws.sqs.Queue("queue", delay_seconds=2)', f'{QUEUE}\naws.sqs.Queue("other")', ""],
    ids=["update", "create", "delete"],
)
def test_change_outside_the_plan_is_refused(
    engine: MakeEngine, cloud: Cloud, tmp_path: Path, other: str
) -> None:
    """Without the plan the same program changes the cloud."""
    plan, local = tmp_path / "plan.json", engine(copy(tmp_path / "program"))
    write(local, QUEUE)
    local.up()
    local.preview(plan=plan)
    before = attributes(cloud)

    write(local, other)
    with pytest.raises(EngineError, match=r"violates plan|not allowed by the plan"):
        local.up(plan=plan)
    assert attributes(cloud) == before

    local.up()
    assert attributes(cloud) != before


def test_only_an_update_changes_the_time_of_the_state(
    engine: MakeEngine, command: Path, tmp_path: Path
) -> None:
    """The workflow compares it: a plan for a value is applied also to a state that has moved since."""
    local = engine(copy(tmp_path / "program"))
    write(local, QUEUE)
    local.up()
    planned = time_of_state(local, command)
    local.preview(plan=tmp_path / "plan.json")

    assert time_of_state(local, command) == planned
    local.up()
    assert time_of_state(local, command) > planned


def write(local: Engine, statements: str) -> None:
    """Replace the program of an engine."""
    (local.root / "__main__.py").write_text(f"import pulumi_aws as aws\n{statements}\n")


def attributes(cloud: Cloud) -> list[tuple[str, str]]:
    """Return the address and the delay of every queue."""
    sqs = cloud.client("sqs")
    return [
        (url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["DelaySeconds"])
        for url in sqs.list_queues().get("QueueUrls", [])
    ]


def release(local: Engine, version: str) -> None:
    """Change the program of an engine: the health function reports another version."""
    health = local.root / "wiring" / "health.py"
    edit(health, "VERSION=platform.settings.version", f'VERSION="{version}"')


def time_of_state(local: Engine, command: Path) -> str:
    """Return the time that the workflow reads, by the command that it runs."""
    done = subprocess.run(
        [str(command), "-C", str(local.work), "stack", "export", "--stack", local.stack],
        env=dict(local.variables),
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)["deployment"]["manifest"]["time"]
