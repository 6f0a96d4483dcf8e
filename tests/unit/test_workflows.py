"""The GitHub workflows: rules that workflow linters do not check."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest

from tests.unit.workflows import ACTION_SOURCE, JOBS, ROOT, SCRIPTS, SOURCES, STEPS, WORKFLOWS

OWN_BRANCH = "github.event.pull_request.head.repo.full_name == github.repository"
VARIABLES = {
    "AWS_REGION",
    "DEPLOY_ROLE",
    "DRIFT_ROLE",
    "PERMISSIONS_BOUNDARY",
    "PREVIEW_ROLE",
    "PULUMI_BACKEND_URL",
    "SECRETS_PROVIDER",
}
"""The outputs of the bootstrap project, which tests/infrastructure/test_bootstrap.py checks."""

TOOLS = {
    ".ci/run",
    "make",
    "pulumi",
    "gh",
    "mkdir",
    "sed",
    "sleep",
    "cat",
    "echo",
    "exit",
    "printf",
    "section",
}
SYNTAX = {"if", "for", "else", "fi", "done", "{", "}", "YAML", "#", "section()"}
ASSIGNMENT = re.compile(r"\w+=")


def permissions(job: dict[str, Any]) -> dict[str, str]:
    """Return the permissions of a job's token."""
    return job["permissions"]


def locking(job: dict[str, Any]) -> list[str]:
    """Return the Pulumi commands of a job that lock a stack."""
    scripts = [step.get("run", "") for step in job.get("steps", [])]
    return [word for script in scripts for word in re.findall(r"pulumi (up|destroy|refresh)\b", script)]


@pytest.mark.parametrize("source", [*SOURCES.values(), ACTION_SOURCE], ids=[*SOURCES, "action"])
def test_every_action_is_pinned_to_a_commit(source: str) -> None:
    """A tag can be moved to other code, a commit cannot; a comment has the version."""
    used = re.findall(r"uses: (.+)", source)
    pinned = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\$/\.github/[\w./-]+")

    assert [action for action in used if not pinned.fullmatch(action)] == []


def test_every_action_has_one_version() -> None:
    """All workflows use the same commit of an action."""
    used = {step["uses"] for step in STEPS if "@" in step.get("uses", "")}

    assert len(used) == len({action.partition("@")[0] for action in used})


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflow_permissions_are_empty(name: str) -> None:
    """Each job declares its own permissions."""
    assert WORKFLOWS[name]["permissions"] == {}


def test_jobs_have_only_the_permissions_that_they_need() -> None:
    """A job that runs Pulumi can get an identity; a job that writes to GitHub cannot read the source."""
    pulumi = {"contents": "read", "id-token": "write"}

    assert {name: permissions(job) for name, job in JOBS.items()} == {
        ("check", "check"): {"contents": "read"},
        ("deploy", "check"): {"contents": "read"},
        ("deploy", "dev"): pulumi,
        ("deploy", "prod"): pulumi,
        ("drift", "refresh"): pulumi,
        ("drift", "report"): {"issues": "write"},
        ("ephemeral", "down"): pulumi,
        ("ephemeral", "up"): pulumi,
        ("preview", "check"): {"contents": "read"},
        ("preview", "comment"): {"pull-requests": "write"},
        ("preview", "preview"): pulumi,
        ("prod", "apply"): pulumi,
        ("prod", "plan"): pulumi,
    }


def test_every_job_has_a_timeout() -> None:
    """A hanging job must not lock a stack for six hours, the default of GitHub."""
    own = {name: int(job.get("timeout-minutes", 0)) for name, job in JOBS.items() if "steps" in job}

    assert [name for name, minutes in own.items() if not 0 < minutes <= 60] == []


def test_no_script_contains_an_expression() -> None:
    """The shell would run an expression's value as code, so values are passed in the environment."""
    assert [text for text in SCRIPTS if "${{" in text] == []


def test_no_workflow_has_a_privileged_trigger() -> None:
    """Other triggers, such as pull_request_target, run a fork's code with the repository's token."""
    triggers = {trigger for flow in WORKFLOWS.values() for trigger in flow["on"]}

    assert triggers == {"pull_request", "push", "schedule", "workflow_call", "workflow_dispatch"}


def test_fork_cannot_run_a_job_with_an_identity() -> None:
    """On a pull request, a job with credentials runs only for a branch of the repository."""
    checked = {
        name: job["if"].startswith(OWN_BRANCH)
        for name, job in JOBS.items()
        if "pull_request" in WORKFLOWS[name[0]]["on"] and "id-token" in permissions(job)
    }

    assert checked == {("ephemeral", "down"): True, ("ephemeral", "up"): True, ("preview", "preview"): True}


def test_pull_request_of_a_fork_is_checked() -> None:
    """The check job has no condition that excludes forks."""
    check = JOBS["preview", "check"]

    assert ("if" in check, check["uses"]) == (False, "$/.github/workflows/check.yml")


def test_job_that_locks_a_stack_is_never_evicted() -> None:
    """It waits in the concurrency group of the stack, and no other run takes its place."""
    number = "pr-${{ github.event.pull_request.number }}"
    groups = {
        ("deploy", "dev"): "dev",
        ("drift", "refresh"): "${{ matrix.stack }}",
        ("ephemeral", "down"): number,
        ("ephemeral", "up"): number,
        ("prod", "apply"): "prod",
    }

    assert {name: job["concurrency"] for name, job in JOBS.items() if locking(job)} == {
        name: {"group": f"stack-{stack}", "cancel-in-progress": "false", "queue": "max"}
        for name, stack in groups.items()
    }


def test_eviction_loses_no_work() -> None:
    """A run that replaces a waiting one of the same group does all that the other would have done."""
    flows = [((name, "*"), flow) for name, flow in WORKFLOWS.items()] + [*JOBS.items()]
    groups = {name: each["concurrency"] for name, each in flows if "concurrency" in each}

    assert {name: each["group"] for name, each in groups.items() if each.get("queue") != "max"} == {
        ("preview", "*"): "preview-${{ github.event.pull_request.number }}",
        ("deploy", "prod"): "deploy-prod",
        ("drift", "report"): "drift-report",
    }


def test_prod_is_deployed_after_dev() -> None:
    """Each job has the environment that the role's trust policy requires, and prod has reviewers."""
    dev, prod, apply = JOBS["deploy", "dev"], JOBS["deploy", "prod"], JOBS["prod", "apply"]

    assert (dev["needs"], dev["environment"]) == ("check", "dev")
    assert (prod["needs"], prod["uses"]) == ("dev", "$/.github/workflows/prod.yml")
    assert (apply["needs"], apply["environment"]) == ("plan", "prod")


def test_prod_is_updated_only_by_a_plan() -> None:
    """The approved artifact of the same run is what the update applies."""
    updates = [line.strip() for text in SCRIPTS for line in text.splitlines() if "--stack prod" in line]
    artifacts = {
        name: step["with"]
        for (_, name), job in JOBS.items()
        for step in job.get("steps", [])
        if "-artifact@" in step.get("uses", "")
    }

    assert [line for line in updates if line.startswith("pulumi up")] == [
        "pulumi up --stack prod --plan plan/plan.json --yes --non-interactive --suppress-progress"
    ]
    assert {job: (with_["name"], with_["path"]) for job, with_ in artifacts.items()} == {
        "plan": ("plan", "plan/"),
        "apply": ("plan", "plan/"),
    }
    assert "run-id" not in artifacts["apply"]


def test_jobs_assume_the_role_that_trusts_them() -> None:
    """A job with an environment assumes the deploy role, any other job a read-only role."""
    roles = {
        name: (bool(job.get("environment")), step["with"]["role"])
        for name, job in JOBS.items()
        for step in job.get("steps", [])
        if step.get("uses") == "$/.github/actions/pulumi"
    }
    deploy = (True, "${{ vars.DEPLOY_ROLE }}")

    assert roles == {
        ("deploy", "dev"): deploy,
        ("drift", "refresh"): (False, "${{ vars.DRIFT_ROLE }}"),
        ("ephemeral", "down"): deploy,
        ("ephemeral", "up"): deploy,
        ("preview", "preview"): (False, "${{ vars.PREVIEW_ROLE }}"),
        ("prod", "apply"): deploy,
        ("prod", "plan"): (False, "${{ vars.DRIFT_ROLE }}"),
    }


def test_variables_are_outputs_of_the_bootstrap_and_documented() -> None:
    """Workflows read only variables that the bootstrap project outputs, and no GitHub secrets."""
    text = "".join([*SOURCES.values(), ACTION_SOURCE])
    documented = (ROOT / "docs" / "account-setup.md").read_text()

    assert set(re.findall(r"vars\.(\w+)", text)) == VARIABLES
    assert {name for name in VARIABLES if f"`{name}`" not in documented} == set()
    assert re.findall(r"secrets\.\w+", text) == []


def test_scripts_call_only_known_tools() -> None:
    """The Makefile and .ci/run define how to check, test and install."""
    lines = [line.strip() for text in SCRIPTS for line in _without_quoted_lines(text).splitlines()]
    words = {line.split()[0] for line in lines if line}

    assert {word for word in words if not ASSIGNMENT.match(word)} - TOOLS - SYNTAX == set()


def test_check_runs_the_ci_script() -> None:
    """The check job has the same commands as .ci/run."""
    steps = JOBS["check", "check"]["steps"]

    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_make_targets_exist() -> None:
    """A renamed target fails here and not only on the runner."""
    scripts = [*SCRIPTS, (ROOT / ".ci" / "run").read_text()]
    called = {target for text in scripts for target in re.findall(r"^make (\S+)", text, re.MULTILINE)}
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert called == {"bench", "check", "pulumi", "test", "venv"}
    assert called - targets == set()


@pytest.mark.parametrize("name", JOBS, ids="/".join)
def test_references_of_a_job_exist(name: tuple[str, str]) -> None:
    """GitHub replaces a reference to a missing job, step or output with an empty string."""
    workflow, job = WORKFLOWS[name[0]], JOBS[name]
    needed = [job["needs"]] if "needs" in job else []
    steps = {step["id"] for step in job.get("steps", []) if "id" in step}
    outputs = [
        (other, output)
        for other, output in re.findall(r"needs\.(\w+)\.outputs\.(\w+)", str(job))
        if other not in needed or output not in workflow["jobs"][other]["outputs"]
    ]

    assert [other for other in needed if other not in workflow["jobs"]] == []
    assert set(re.findall(r"steps\.(\w+)\.outputs", str(job))) - steps == set()
    assert outputs == []


def _without_quoted_lines(text: str) -> str:
    """Return a script without here-documents and jq programs."""
    without = re.sub(r"<<YAML\n.*?\nYAML", "", text, flags=re.DOTALL)
    return re.sub(r"--jq '\n.*?'", "", without, flags=re.DOTALL)
