"""The workflows: what a checker of workflows cannot see, and what their scripts do when they run."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
SOURCES = {path.stem: path.read_text() for path in sorted((GITHUB / "workflows").glob("*.yml"))}
ACTION_SOURCE = (GITHUB / "actions" / "pulumi" / "action.yml").read_text()


def parsed(source: str) -> dict[str, Any]:
    """A workflow without YAML's ideas of what is a boolean: `on` is a key, `false` is a text."""
    return yaml.load(source, yaml.BaseLoader)  # noqa: S506 - it makes texts, lists and mappings alone


WORKFLOWS = {name: parsed(source) for name, source in SOURCES.items()}
ACTION = parsed(ACTION_SOURCE)
JOBS = {(name, job): body for name, flow in WORKFLOWS.items() for job, body in flow["jobs"].items()}
STEPS = [step for job in JOBS.values() for step in job.get("steps", [])] + ACTION["runs"]["steps"]
SCRIPTS = [step["run"] for step in STEPS if "run" in step]

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
"""What the bootstrap project puts out, under the same names (tests/infrastructure/test_bootstrap.py)."""

TOOLS = {"make", "pulumi", "gh", "sed", "cat", "echo", "exit", "printf", "section"}
SYNTAX = {"if", "for", "else", "fi", "done", "{", "}", "YAML", "#", "section()"}
ASSIGNMENT = re.compile(r"\w+=")


def permissions(job: dict[str, Any]) -> dict[str, str]:
    """What a job's token may do."""
    return job["permissions"]


def changes(job: dict[str, Any]) -> list[str]:
    """The Pulumi commands of a job that lock a stack."""
    scripts = [step.get("run", "") for step in job.get("steps", [])]
    return [word for script in scripts for word in re.findall(r"pulumi (up|destroy|refresh)\b", script)]


def script(job: str, step: str) -> str:
    """The shell script of a step, by `workflow/job` and the step's name."""
    workflow, _, name = job.partition("/")
    (found,) = (each["run"] for each in JOBS[workflow, name]["steps"] if each.get("name") == step)
    return found


class Runner:
    """Runs a step as GitHub's runner does, with stand-ins for the tools that it calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls.txt"
        self.outputs = folder / "outputs.txt"
        self.calls.touch()
        self.outputs.touch()

    def tool(self, name: str, body: str) -> None:
        """Put a stand-in on the PATH: every call is noted, then the shell code runs."""
        file = self.folder / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f'#!/bin/bash\necho "{name} $*" >>"{self.calls}"\n{body}\n')
        file.chmod(0o755)

    def run(self, text: str, **env: str) -> int:
        """The exit code of a script."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text],
            cwd=self.folder,
            env={"PATH": path, "GITHUB_OUTPUT": str(self.outputs), **env},
            capture_output=True,
            timeout=30,
            check=False,
        ).returncode

    def output(self, name: str) -> str | None:
        """A step output of several lines; None where it was not set."""
        found = re.search(
            rf"^{name}<<(?P<end>\S+)\n(?P<value>.*?)\n(?P=end)$",
            self.outputs.read_text(),
            re.DOTALL | re.MULTILINE,
        )
        return found["value"].strip() if found else None

    def called(self, tool: str, what: str) -> list[str]:
        """The calls of a tool whose arguments begin so."""
        return [line for line in self.calls.read_text().splitlines() if line.startswith(f"{tool} {what}")]


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A runner in a folder of its own."""
    return Runner(tmp_path)


@pytest.mark.parametrize("source", [*SOURCES.values(), ACTION_SOURCE], ids=[*SOURCES, "action"])
def test_every_action_is_a_commit_with_its_version_beside_it(source: str) -> None:
    """A tag can be moved to other code; a commit cannot, and the comment says which version it is."""
    used = re.findall(r"uses: (.+)", source)
    pinned = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\$/\.github/[\w./-]+")

    assert [action for action in used if not pinned.fullmatch(action)] == []


def test_an_action_is_the_same_commit_wherever_it_is_used() -> None:
    """No workflow lags behind the others."""
    used = {step["uses"] for step in STEPS if "@" in step.get("uses", "")}

    assert len(used) == len({action.partition("@")[0] for action in used})


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_starts_with_no_permission(name: str) -> None:
    """What a job's token may do is said at the job."""
    assert WORKFLOWS[name]["permissions"] == {}


def test_jobs_may_do_what_they_are_for_and_nothing_more() -> None:
    """What runs Pulumi reads the source and has an identity; what writes to GitHub has neither."""
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
    }


def test_every_job_ends_in_time() -> None:
    """A job that hangs does not hold a stack's lock for GitHub's six hours."""
    own = {name: int(job.get("timeout-minutes", 0)) for name, job in JOBS.items() if "steps" in job}

    assert [name for name, minutes in own.items() if not 0 < minutes <= 60] == []


def test_no_script_holds_an_expression() -> None:
    """What GitHub writes into a script is run by the shell; values come in by the environment."""
    assert [text for text in SCRIPTS if "${{" in text] == []


def test_no_workflow_runs_another_s_code_with_our_rights() -> None:
    """These triggers would run on a fork's behalf with the repository's own token."""
    triggers = {trigger for flow in WORKFLOWS.values() for trigger in flow["on"]}

    assert triggers == {"pull_request", "push", "schedule", "workflow_call", "workflow_dispatch"}


def test_a_fork_reaches_no_job_with_an_identity() -> None:
    """On a pull request, a job that may ask for credentials asks first whose branch it is."""
    asked = {
        name: job["if"].startswith(OWN_BRANCH)
        for name, job in JOBS.items()
        if "pull_request" in WORKFLOWS[name[0]]["on"] and "id-token" in permissions(job)
    }

    assert asked == {("ephemeral", "down"): True, ("ephemeral", "up"): True, ("preview", "preview"): True}


def test_a_fork_s_pull_request_is_checked_and_tested() -> None:
    """The check asks for nothing that a fork does not have."""
    check = JOBS["preview", "check"]

    assert ("if" in check, check["uses"]) == (False, "$/.github/workflows/check.yml")


def test_no_update_of_a_stack_is_cancelled_halfway() -> None:
    """Whatever locks a stack waits its turn in the stack's own group."""
    number = "pr-${{ github.event.pull_request.number }}"
    groups = {
        ("deploy", "dev"): "dev",
        ("deploy", "prod"): "prod",
        ("drift", "refresh"): "${{ matrix.stack }}",
        ("ephemeral", "down"): number,
        ("ephemeral", "up"): number,
    }

    assert {name: job["concurrency"] for name, job in JOBS.items() if changes(job)} == {
        name: {"group": f"stack-{stack}", "cancel-in-progress": "false"} for name, stack in groups.items()
    }


def test_prod_comes_after_dev_and_each_in_its_environment() -> None:
    """The environment is the role's subject and holds its reviewers: without it there are no credentials."""
    dev, prod = JOBS["deploy", "dev"], JOBS["deploy", "prod"]

    assert (dev["needs"], dev["environment"]) == ("check", "dev")
    assert (prod["needs"], prod["environment"]) == ("dev", "prod")


def test_jobs_take_the_role_that_trusts_them() -> None:
    """A job with an environment deploys; one without only looks."""
    roles = {
        name: (bool(job.get("environment")), step["with"]["role"])
        for name, job in JOBS.items()
        for step in job.get("steps", [])
        if step.get("uses") == "$/.github/actions/pulumi"
    }
    deploy = (True, "${{ vars.DEPLOY_ROLE }}")

    assert roles == {
        ("deploy", "dev"): deploy,
        ("deploy", "prod"): deploy,
        ("drift", "refresh"): (False, "${{ vars.DRIFT_ROLE }}"),
        ("ephemeral", "down"): deploy,
        ("ephemeral", "up"): deploy,
        ("preview", "preview"): (False, "${{ vars.PREVIEW_ROLE }}"),
    }


def test_the_variables_are_those_of_the_bootstrap_and_are_documented() -> None:
    """What a workflow reads is what the bootstrap project puts out, and no secret is kept at GitHub."""
    text = "".join([*SOURCES.values(), ACTION_SOURCE])
    documented = (ROOT / "docs" / "account-setup.md").read_text()

    assert set(re.findall(r"vars\.(\w+)", text)) == VARIABLES
    assert {name for name in VARIABLES if f"`{name}`" not in documented} == set()
    assert re.findall(r"secrets\.\w+", text) == []


def test_scripts_call_make_pulumi_and_gh() -> None:
    """How something is checked, tested or installed is said in the Makefile alone."""
    lines = [line.strip() for text in SCRIPTS for line in _without_quoted_lines(text).splitlines()]
    words = {line.split()[0] for line in lines if line}

    assert {word for word in words if not ASSIGNMENT.match(word)} - TOOLS - SYNTAX == set()


def test_the_make_targets_are_there() -> None:
    """A renamed target is found here and not on the runner."""
    called = {target for text in SCRIPTS for target in re.findall(r"^make (\S+)", text, re.MULTILINE)}
    there = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert called == {"check", "test", "venv"}
    assert called - there == set()


@pytest.mark.parametrize("name", JOBS, ids="/".join)
def test_what_a_job_refers_to_is_there(name: tuple[str, str]) -> None:
    """Jobs that are needed, and the outputs of jobs and steps: GitHub makes nothing of a wrong name."""
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


@pytest.mark.parametrize(("code", "passes"), [(0, True), (1, False)])
def test_a_preview_shows_both_stacks_and_fails_if_one_does(runner: Runner, code: int, passes: bool) -> None:
    """A reviewer sees why: the text of a failed preview stands in the comment too."""
    runner.tool("pulumi", f'echo "preview of $3"; [ "$3" = dev ] || exit {code}')

    exit_code = runner.run(script("preview/preview", "Preview dev and prod"))

    assert (exit_code == 0) is passes
    assert (runner.output("dev"), runner.output("prod")) == ("preview of dev", "preview of prod")


@pytest.mark.parametrize(
    ("known", "call"),
    [
        ("", "gh api --silent --method POST repos/a/b/issues/7/comments --field body=@comment.md"),
        ("31\n32", "gh api --silent --method PATCH repos/a/b/issues/comments/31 --field body=@comment.md"),
    ],
)
def test_the_comment_is_written_once_and_then_anew(runner: Runner, known: str, call: str) -> None:
    """A pull request has one comment of ours, whatever the number of its commits."""
    runner.tool("gh", f'[ "$2" != --paginate ] || echo "{known}"')
    text = script("preview/comment", "Write the comment, or write it anew")

    exit_code = runner.run(
        text, COMMENTS="repos/a/b/issues", NUMBER="7", COMMIT="abc", MARKER="<!-- m -->", DEV="+ 1", PROD=""
    )

    assert exit_code == 0
    assert runner.called("gh", "api --silent") == [call]
    body = (runner.folder / "comment.md").read_text()
    assert body.startswith("<!-- m -->\n### What abc would change\n")
    assert re.findall(r"````\n(.*?)\n````", body) == ["+ 1", "There is no preview: the log says why."]


@pytest.mark.parametrize(("code", "expected", "drift"), [(0, 0, None), (7, 0, "~ table"), (1, 1, None)])
def test_drift_is_told_from_failure(runner: Runner, code: int, expected: int, drift: str | None) -> None:
    """Pulumi's own exit code for unexpected changes is drift; any other is a job that failed."""
    runner.tool("pulumi", f'echo "~ table"; exit {code}')

    exit_code = runner.run(script("drift/refresh", "Look for drift"), STACK="prod", NO_CHANGES_EXPECTED="7")

    assert (exit_code, runner.output("prod")) == (expected, drift)


@pytest.mark.parametrize(
    ("open_issue", "drift", "expected"),
    [
        ("", "", []),
        ("", "~ table", ["create"]),
        ("5", "~ table", ["edit"]),
        ("5", "", ["close"]),
    ],
)
def test_drift_has_one_issue_while_it_lasts(
    runner: Runner, open_issue: str, drift: str, expected: list[str]
) -> None:
    """The first sight opens it, the next ones write it anew, and when all is well it is closed."""
    runner.tool("gh", f'[ "$1 $2" != "issue list" ] || echo "{open_issue}"')

    exit_code = runner.run(
        script("drift/report", "Open, update or close the issue"), RUN="https://x", DEV="", PROD=drift
    )

    done = [call.split()[2] for call in runner.called("gh", "issue")]
    assert (exit_code, [verb for verb in done if verb != "list"]) == (0, expected)


def test_an_ephemeral_stack_s_config_is_whole(runner: Runner) -> None:
    """Its class, its boundary, and secrets in a context of its own; then the stack is made if need be."""
    runner.tool("pulumi", "")
    text = script("ephemeral/up", "Write the stack's config")

    exit_code = runner.run(
        text,
        STACK="pr-7",
        REGION="eu-west-1",
        SECRETS_PROVIDER="awskms://alias/k?region=eu-west-1",
        PERMISSIONS_BOUNDARY="arn:aws:iam::1:policy/b",
    )

    secrets = "awskms://alias/k?region=eu-west-1&context_stack=pr-7"
    assert exit_code == 0
    assert yaml.safe_load((runner.folder / "Pulumi.pr-7.yaml").read_text()) == {
        "secretsprovider": secrets,
        "config": {
            "aws:region": "eu-west-1",
            "strata:environment": "ephemeral",
            "strata:permissionsBoundary": "arn:aws:iam::1:policy/b",
        },
    }
    assert runner.called("pulumi", "") == [f"pulumi stack select pr-7 --create --secrets-provider {secrets}"]


def _without_quoted_lines(text: str) -> str:
    """A script without what it only quotes: here-documents and jq programs."""
    without = re.sub(r"<<YAML\n.*?\nYAML", "", text, flags=re.DOTALL)
    return re.sub(r"--jq '\n.*?'", "", without, flags=re.DOTALL)
